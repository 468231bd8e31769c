/** RED-diff where its minimum is known: a denoiser that always answers m pulls with λ(μ − m), whatever the noise. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { withLinearization } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { problemOf } from '../../../problems/problem.js';
import { redDiff } from '../../../solvers/pixel/red-diff.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import { testContext } from '../../exact/dense.js';
import { contextOf, expectBounded, normalsOf, steepTask } from '../coordinates.js';
import { atLeastZero, counts, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

const SHAPE = [1, 1, 3];
const image = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const M = 0.2;
const prior: DiffusionPrior = {
  kind: 'diffusion',
  name: 'constant',
  channels: 1,
  sigmaRange: [0.01, 2],
  sizeMultiple: 1,
  denoise: async (x) => mapArray(x, () => M),
  close: async () => {},
};
const y = image(0.9, 0.1, 0.4);
const weights = [1, 0.5, 2];
const operator = diagonal(SHAPE, Float32Array.from(weights));
const settle = { steps: 3000, rate: 0.004, sigmaMax: 0.5 };

describe('RED-diff', () => {
  it.each([0, 0.25, 2])('ends at the minimum of ½|y − Aμ|² + ½λ|μ − m|², λ = %d', async (lambda) => {
    const task = { measurement: y, problem: problemOf(operator, gaussianNoise(0.3)), prior };
    const { data } = await runSolver(redDiff, task, { ...settle, lambda }, testContext());
    weights.forEach((a, i) => {
      expect(data[i]).toBeCloseTo((a * y.data[i] + lambda * M) / (a * a + lambda), 2);
    });
  });

  it('weighs measured values by their variance, in units of the mean one', async () => {
    const variances = [0.01, 0.04, 0.1];
    const noise = {
      ...gaussianNoise(1),
      variance: () => Float32Array.from(variances),
      gradient: (clean: typeof y, seen: typeof y) =>
        mapArray(clean, (value, i) => (seen.data[i] - value) / variances[i]),
    };
    const task = { measurement: y, problem: problemOf(operator, noise), prior };
    const { data } = await runSolver(redDiff, task, { ...settle, lambda: 0.5 }, testContext());
    weights.forEach((a, i) => {
      const w = 0.05 / variances[i];
      expect(data[i]).toBeCloseTo((w * a * y.data[i] + 0.5 * M) / (w * a * a + 0.5), 2);
    });
  });

  it('counts the data term by measured values, the prior by pixels', async () => {
    // Each pixel is measured twice: the mean over six values is half the sum over three.
    const twice = withLinearization({
      inputShape: SHAPE,
      outputShape: [2, 1, 3],
      apply: (x) => floatArray(Float32Array.of(...x.data, ...x.data), [2, 1, 3]),
      adjoint: ({ data }) => image(data[0] + data[3], data[1] + data[4], data[2] + data[5]),
      normalSolve: (b, rho) => mapArray(b, (value) => value / (2 + rho)),
    });
    const measurement = floatArray(Float32Array.of(...y.data, ...y.data), [2, 1, 3]);
    const task = { measurement, problem: problemOf(twice, gaussianNoise(0.3)), prior };
    const { data } = await runSolver(redDiff, task, { ...settle, lambda: 0.5 }, testContext());
    y.data.forEach((value, i) => {
      expect(data[i]).toBeCloseTo((value + 0.5 * M) / 1.5, 2);
    });
  });

  it('begins at the ridge estimate about grey, and at grey where the operator is not linear', async () => {
    const still = { steps: 1, rate: 1e-9 };
    const sigma = 0.3;
    const linear = { measurement: y, problem: problemOf(operator, gaussianNoise(sigma)), prior };
    const first = (await runSolver(redDiff, linear, still, testContext())).data;
    const ridge = sigma ** 2 / 0.25;
    weights.forEach((a, i) => {
      expect(first[i]).toBeCloseTo(0.5 + (a * (y.data[i] - a * 0.5)) / (a * a + ridge), 5);
    });
    const { adjoint: _, ...opaque } = operator;
    const nonlinear = { ...linear, problem: problemOf(opaque, gaussianNoise(sigma)) };
    const grey = (await runSolver(redDiff, nonlinear, still, testContext())).data;
    for (const value of grey) expect(value).toBeCloseTo(0.5, 6);
  });

  it('is pulled nowhere by a denoiser that finds just the noise that was added', async () => {
    // Normals are 1 here, so that the image is what remains when σ is taken away.
    const knowing = {
      ...prior,
      denoise: async (x: typeof y, sigma: number) => mapArray(x, (value) => value - sigma),
    };
    const task = { measurement: y, problem: problemOf(operator, gaussianNoise(0.3)), prior: knowing };
    const run = async (lambda: number) => {
      const options = { steps: 5, rate: 0.02, lambda, spacing: 'geometric' };
      return (await runSolver(redDiff, task, options, contextOf(normalsOf(1).random))).data;
    };
    const [free, pulled] = [await run(0), await run(10)];
    free.forEach((value, i) => {
      expect(pulled[i]).toBeCloseTo(value, 4);
    });
  });

  it('weighs the residual of the noise that it added, and asks at the level it added', async () => {
    const asked: [number, number][] = [];
    const recording: DiffusionPrior = {
      ...prior,
      denoise: async (x, sigma) => {
        asked.push([x.data[0], sigma]);
        return mapArray(x, () => M);
      },
    };
    const task = { measurement: y, problem: problemOf(operator, gaussianNoise(0.3)), prior: recording };
    await runSolver(
      redDiff,
      task,
      { steps: 4, rate: 1e-9, spacing: 'geometric', sigmaMax: 2 },
      testContext(),
    );
    const sigmas = asked.map(([, sigma]) => sigma);
    expect(sigmas[0]).toBeCloseTo(2, 6);
    expect(sigmas[3]).toBeCloseTo(0.01, 6);
    const { random } = testContext();
    const clean = 0.5 + (0.9 - 0.5) / (1 + 0.36);
    asked.forEach(([x, sigma], k) => {
      expect(x).toBeCloseTo(clean + sigma * random('step', k).normals(SHAPE).data[0], 4);
    });
  });

  it('moves by half its rate at first, which is in units of images on [-1, 1]', async () => {
    const task = { measurement: y, problem: problemOf(operator, gaussianNoise(0.3)), prior };
    const run = async (steps: number, rate: number) =>
      (await runSolver(redDiff, task, { steps, rate, lambda: 0, spacing: 'geometric' }, testContext())).data;
    const [still, moved] = [await run(1, 1e-9), await run(1, 0.02)];
    weights.forEach((a, i) => {
      // Towards the measurement, from which the ridge keeps the first image away.
      const up = Math.sign(y.data[i] - a * still[i]);
      expect(moved[i] - still[i]).toBeCloseTo(up * 0.01, 5);
    });
  });

  it('bounds the cost of its first image where the ridge has no closed form', async () => {
    const { task, products } = steepTask();
    await runSolver(redDiff, task, { steps: 1 }, testContext());
    expectBounded(products());
  });

  it('takes what its options say, and noise of a known variance', () => {
    expectRanges(redDiff, { steps: counts(10_000), lambda: atLeastZero, rate: positive() });
    const task = { measurement: y, problem: problemOf(operator, gaussianNoise(0.3)), prior };
    expect(needsOf(redDiff, task)).toEqual(['prior', 'variance']);
    expect(redDiff.samplesPosterior).toBe(false);
  });
});
