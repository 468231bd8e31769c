/** Twisted particles in one dimension, where proposals and weights can be written down. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resamplingOption, twistedParticles } from '../../../solvers/parts/twisted-particles.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import { type Coordinates, contextOf, coordinatesTask, normalsOf } from '../coordinates.js';
import { expectRanges, share } from '../declared.js';

const seen: Coordinates = { s: [0.8], y: [0.5], sigma: 0.3, m: 0.3, v: 0.2, range: [0.05, 2] };
const { problem, measurement } = coordinatesTask(seen);
const sigmas = [2, 0.9, 0.3, 0];

/** D, what guidance adds to it, and log ψ, of any shape. */
const denoised = (x: number, sigma: number) => seen.m + (seen.v / (seen.v + sigma ** 2)) * (x - seen.m);
const shift = (x: number, sigma: number) => 0.3 * Math.sin(x) * sigma;
const logPotential = (x: number, sigma: number) => -((x - 0.4) ** 2) / (1 + sigma ** 2);
const logNormal = (x: number, mean: number, variance: number) =>
  -((x - mean) ** 2) / (2 * variance) - 0.5 * Math.log(2 * Math.PI * variance);

describe('twistedParticles', () => {
  it.each([0, 0.8, -1.4])('propose and weigh as their head says, every normal %d', async (n) => {
    const twist = async (x: typeof measurement, sigma: number) => ({
      denoised: mapArray(x, (value) => denoised(value, sigma)),
      shift: mapArray(x, (value) => shift(value, sigma)),
      logPotential: logPotential(x.data[0], sigma),
    });
    const steps: [number, number][] = [];
    const context = { ...contextOf(normalsOf(n).random), samples: 1 };
    const counted = { ...context, step: async (i: number, of: number) => void steps.push([i, of]) };
    const found = await twistedParticles(problem, measurement, sigmas, 0, twist, counted);

    let x = 0.5 + sigmas[0] * n;
    let logWeight = logPotential(x, sigmas[0]);
    for (let i = 0; i < 2; i++) {
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const keep = (next / sigma) ** 2;
      const mean = denoised(x, sigma) + keep * (x - denoised(x, sigma));
      const variance = next ** 2 * (1 - keep);
      const pushed = mean + (1 - keep) * shift(x, sigma);
      const moved = pushed + Math.sqrt(variance) * n;
      logWeight += logNormal(moved, mean, variance) - logNormal(moved, pushed, variance);
      logWeight += logPotential(moved, next) - logPotential(x, sigma);
      x = moved;
    }
    // Into σ = 0 the particle becomes its denoised image, and p(y | x) takes the potential's place.
    const last = denoised(x, sigmas[2]);
    logWeight += logNormal(seen.y[0], seen.s[0] * last, seen.sigma ** 2) - logPotential(x, sigmas[2]);
    expect(found.samples[0].data[0]).toBeCloseTo(last, 5);
    expect(found.logWeights[0]).toBeCloseTo(logWeight, 4);
    expect(found.logEvidence).toBeCloseTo(logWeight, 4);
    expect(steps).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(found.samples[0].shape).toEqual(floatArray(new Float32Array(1), [1, 1, 1]).shape);
  });

  it('says where it is: particle after particle of each level', async () => {
    const twist = async (x: typeof measurement) => ({ denoised: x, shift: x, logPotential: 0 });
    const said: number[][] = [];
    const context = {
      ...contextOf(normalsOf(0).random),
      samples: 2,
      step: async (i: number, of: number) => void said.push([i, of]),
    };
    await twistedParticles(problem, measurement, sigmas, 0, twist, context);
    expect(said).toEqual([0, 1, 2, 3, 4, 5].map((i) => [i, 6]));
  });

  it('has a threshold that is a share', () => {
    expectRanges({ options: z.strictObject({ resample: resamplingOption }) }, { resample: share });
  });
});
