/** DCDP where each coordinate goes its own way: descent and purification by hand. */
import { describe, expect, it } from 'vitest';
import { dcdp } from '../../../solvers/pixel/dcdp.js';
import { vpSigma, vpSigmas } from '../../../src/core/schedule.js';
import {
  affine,
  type Coordinates,
  contextOf,
  coordinatesTask,
  expectLaws,
  expectLevels,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  shrinkage,
} from '../coordinates.js';
import { endless, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

// The largest curvature of ½|y − Ax|² is 4.
const seen: Coordinates = { s: [2, 2, 0], y: [1.6, 0.3, 9], sigma: 1e-4, m: 0.3, v: 0.2, range: [0.02, 2] };
const [lowest] = seen.range;

/** What is asked first, where one evaluation purifies: the noised image of the first round less its noise. */
async function afterDescent(coordinates: Coordinates, options: object): Promise<number[]> {
  const task = coordinatesTask(coordinates);
  const asked: number[] = [];
  const prior = {
    ...(task.prior as object),
    denoise: async (x: { data: Float32Array }) => {
      asked.push(...x.data);
      return x;
    },
  } as unknown as (typeof task)['prior'];
  const once = { rounds: 1, flowSteps: 1, ...options };
  await runSolver(dcdp, { ...task, prior }, once, contextOf(normalsOf(0).random));
  return asked;
}

describe('DCDP', () => {
  it.each([0.5, 1.7])('descends with momentum, then noises and denoises, at a rate of %d', async (rate) => {
    const [rounds, iterations, time] = [3, 4, 0.3];
    const sigmas = vpSigmas(rounds, lowest, vpSigma(time));
    const laws = seen.s.map((s, i) => {
      let x: Law = { mean: 0.5, variance: 0 };
      for (let k = 0; k < rounds; k++) {
        // Affine in x, and so in the two places 0 and 1.
        const [at0, at1] = [0, 1].map((from) => {
          let [position, velocity] = [from, 0];
          for (let j = 0; j < iterations; j++) {
            velocity = 0.9 * velocity + s * (seen.y[i] - s * position);
            position += (rate / 4) * velocity;
          }
          return position;
        });
        x = affine(x, at1 - at0, at0, sigmas[k] ** 2);
        const shrink = shrinkage(seen, sigmas[k]);
        x = affine(x, shrink, (1 - shrink) * seen.m);
      }
      return x;
    });
    const options = { rounds, iterations, rate, time, flowSteps: 1 };
    expectLaws(await lawsOf(dcdp, coordinatesTask(seen), options), laws);
  });

  it('stops at once where the measurement is met as well as noise allows, and not before', async () => {
    // Two measured values at a distance of r from what grey measures: the deviance is 2r²/σ² and may be 2.
    const at = (r: number): Coordinates => ({ ...seen, s: [2, 2], y: [1 + r, 1 - r], sigma: 0.1 });
    expect(await afterDescent(at(0.0999), {})).toEqual([0.5, 0.5]);
    const moved = await afterDescent(at(0.1001), { iterations: 1, rate: 0.1 });
    // 0.5 ± 0.1/4·2·0.1001
    expect(moved[0]).toBeCloseTo(0.505005, 6);
    expect(moved[1]).toBeCloseTo(0.494995, 6);
  });

  it('has no slope to follow where the measurement says nothing', async () => {
    expect(await afterDescent({ ...seen, s: [0, 0], y: [9, 9] }, {})).toEqual([0.5, 0.5]);
  });

  it("falls evenly in DDPM's time from where it is told, from above what the prior knows at least", async () => {
    const options = { rounds: 4, flowSteps: 1, iterations: 1, time: 0.5 };
    const known = vpSigmas(4, lowest, vpSigma(0.5)).slice(0, 4);
    expectLevels(await levelsOf(dcdp, seen, options), known);
    const low = vpSigmas(4, lowest, 2 * lowest).slice(0, 4);
    expectLevels(await levelsOf(dcdp, seen, { ...options, time: 0.001 }), low);
  });

  it('takes what its options say, and any noise', () => {
    expectRanges(dcdp, {
      rounds: endless,
      iterations: endless,
      rate: positive(2),
      time: positive(1),
      flowSteps: endless,
    });
    expect(needsOf(dcdp, coordinatesTask(seen))).toEqual(['prior']);
    expect(dcdp.samplesPosterior).toBe(false);
  });
});
