/** Tweedie's mean, variance and samples against posteriors in closed form, y = x + σ n. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { tiled } from '../../models/tiled.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { problemOf } from '../../problems/problem.js';
import { identity } from '../../problems/restoration/denoise.js';
import { tweedie } from '../../solvers/pixel/tweedie.js';
import { type FloatArray, floatArray, type Shape } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { slicedWasserstein } from '../../src/core/wasserstein.js';
import { restore } from '../../src/restore.js';
import { momentsOf } from './moments.js';

const RANGE = [0.002, 80] as const;

function taskOf(mixture: GaussianMixture, y: readonly number[], sigma: number, shape: Shape) {
  return {
    measurement: floatArray(Float32Array.from(y), shape),
    problem: problemOf(identity(shape), gaussianNoise(sigma), 'denoise'),
    prior: mixturePrior(mixture, shape, RANGE),
    posterior: mixture.observe(unit(y.length), y, sigma).posterior,
  };
}

function unit(size: number): number[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Number(i === j)));
}

/** A picture of 6×6 pixels whose neighbours are alike. */
const SIDE = 6;
const N = SIDE * SIDE;
const sigma = 0.1;
const smoothImages = new GaussianMixture([
  {
    weight: 1,
    mean: Float64Array.from({ length: N }, (_, i) => 0.4 + 0.005 * i),
    covariance: Float64Array.from({ length: N * N }, (_, k) => {
      const [i, j] = [Math.floor(k / N), k % N];
      const distance = Math.hypot(Math.floor(i / SIDE) - Math.floor(j / SIDE), (i % SIDE) - (j % SIDE));
      return 0.04 * (1 + 0.02 * Math.min(i, j)) * Math.exp(-distance / 2);
    }),
  },
]);
const noisy = Array.from({ length: N }, (_, i) => 0.5 + 0.3 * Math.sin(i) + 0.1 * Math.cos(3 * i));
const picture = taskOf(smoothImages, noisy, sigma, [1, SIDE, SIDE]);
const exactMean = picture.posterior.mean();
const exactVariance = Array.from({ length: N }, (_, i) => picture.posterior.covariance()[i * (N + 1)]);

/** Every comb with one tooth: nothing leaks. */
const everyPixel = { pitch: SIDE, smoothing: 0 };

describe('with a Gaussian prior', () => {
  it('has the exact mean by one evaluation, the exact variances by a gradient a pixel, and their interval', async () => {
    const found = await restore({ ...picture, solver: tweedie, options: everyPixel });
    const { mean, median, sd, lower, upper, samples, misfit, networkEvaluations, vjps } = found;
    for (let i = 0; i < N; i++) {
      expect(mean.data[i]).toBeCloseTo(exactMean[i], 6);
      expect(median.data[i]).toBe(mean.data[i]);
      expect(sd!.data[i] / Math.sqrt(exactVariance[i])).toBeCloseTo(1, 5);
      // 1.644854: a normal's 95 % point.
      expect(upper!.data[i] - mean.data[i]).toBeCloseTo(1.644854 * sd!.data[i], 6);
      expect(mean.data[i] - lower!.data[i]).toBeCloseTo(1.644854 * sd!.data[i], 6);
    }
    expect({ samples: samples.length, networkEvaluations, vjps }).toEqual({
      samples: 0,
      networkEvaluations: 1,
      vjps: N,
    });
    expect(misfit).toHaveLength(1);
  });

  it('has them by differences where the prior has no gradient', async () => {
    const { linearize: _, ...plain } = picture.prior;
    const prior: DiffusionPrior = plain;
    const { sd } = await restore({ ...picture, prior, solver: tweedie, options: everyPixel });
    for (let i = 0; i < N; i++) expect(sd!.data[i] / Math.sqrt(exactVariance[i])).toBeCloseTo(1, 3);
  });

  it('estimates the variances with few gradients, near them on average', async () => {
    const { sd, vjps } = await restore({ ...picture, solver: tweedie });
    expect(vjps).toBe(4);
    const ratio = sd!.data.reduce((sum, value, i) => sum + value / Math.sqrt(exactVariance[i]), 0) / N;
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  });

  it.each([0, 1])('gives the mean alone, with no gradient, when asked for %s samples', async (samples) => {
    const found = await restore({ ...picture, solver: tweedie, samples });
    expect(found.samples).toHaveLength(samples);
    expect([found.sd, found.lower, found.upper, found.vjps]).toEqual([undefined, undefined, undefined, 0]);
    expect(found.mean.data[7]).toBeCloseTo(exactMean[7], 6);
  });

  it('draws samples whose mean and variances are the posterior’s, within standard errors', async () => {
    const count = 400;
    const { samples, mean } = await restore({ ...picture, solver: tweedie, samples: count });
    for (let i = 0; i < N; i++) {
      const values = samples.map(({ data }) => data[i]);
      const average = values.reduce((sum, value) => sum + value, 0) / count;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (count - 1);
      // Four standard errors, and 3 % that sixteen steps may leave undone.
      expect(Math.abs(average - exactMean[i]) / Math.sqrt(exactVariance[i] / count)).toBeLessThan(4);
      expect(Math.abs(Math.sqrt(variance / exactVariance[i]) - 1)).toBeLessThan(
        4 / Math.sqrt(2 * count) + 0.03,
      );
      expect(mean.data[i]).toBeCloseTo(exactMean[i], 6);
    }
  });

  // Each step is affine, so that the moments of what is drawn come without drawing.
  it.each([
    { steps: 16, tolerance: 0.05 },
    { steps: 64, tolerance: 0.003 },
  ])('draws with the exact covariance, up to its steps: $steps', async ({ steps, tolerance }) => {
    const plane = new GaussianMixture([
      { weight: 1, mean: [0.5, 0.3], covariance: [0.04, 0.03, 0.03, 0.09] },
    ]);
    const { posterior, ...task } = taskOf(plane, [0.8, 0.1], 0.15, [1, 1, 2]);
    const found = await momentsOf(tweedie, task, { steps });
    found.mean.forEach((value, i) => {
      expect(value).toBeCloseTo(posterior.mean()[i], 5);
    });
    const [a, b, , c] = posterior.covariance();
    [a, b, c].forEach((value, k) => {
      expect(Math.abs(found.covariance[k] / value - 1)).toBeLessThan(2 * tolerance);
    });
  });
});

it('draws from the posterior of a mixture, whose modes it keeps', async () => {
  const mixture = new GaussianMixture([
    { weight: 0.5, mean: [0.2, 0.5], covariance: [0.004, 0.001, 0.001, 0.002] },
    { weight: 0.3, mean: [0.8, 0.8], covariance: [0.003, 0, 0, 0.005] },
    { weight: 0.2, mean: [0.5, 0.1], covariance: [0.002, -0.001, -0.001, 0.002] },
  ]);
  const { posterior, ...task } = taskOf(mixture, [0.5, 0.5], 0.25, [1, 1, 2]);
  const { samples, mean } = await restore({
    ...task,
    solver: tweedie,
    samples: 500,
    options: { steps: 100 },
  });
  posterior.mean().forEach((value, i) => {
    expect(mean.data[i]).toBeCloseTo(value, 5);
  });
  const random = keyedRandom(2, 'exact', 0);
  const exact = (name: string, count: number) => {
    const stream = random(name);
    return { points: Array.from({ length: count }, () => posterior.sample(stream)) };
  };
  const truth = exact('truth', 4000);
  const distance = (points: readonly ArrayLike<number>[]) =>
    slicedWasserstein({ points }, truth, 50, random('directions'));
  // Nearly as near as that many exact samples; the posterior's own extent is about 0.25.
  expect(distance(samples.map(({ data }) => data))).toBeLessThan(
    distance(exact('floor', 500).points) + 0.012,
  );
});

describe('in tiles', () => {
  /** Each pixel pulled to the mean of it and its neighbours, by different amounts: a denoiser with a short reach. */
  const amount = (i: number) => 0.5 + 0.3 * Math.sin(i);
  const shape = [1, 24, 40];
  const local: DiffusionPrior = {
    kind: 'diffusion',
    name: 'local',
    channels: 1,
    sigmaRange: RANGE,
    sizeMultiple: 1,
    receptiveRadius: 2,
    denoise: async (x) => pointwise(x),
    linearize: async (x) => ({
      value: pointwise(x),
      pullback: (v) =>
        floatArray(
          v.data.map((value, i) => value * (1 - x.data[i])),
          v.shape,
        ),
      release() {},
    }),
    close: async () => {},
  };
  /** D(x) = x − x²/2, whose slope is 1 − x. */
  const pointwise = (x: FloatArray) =>
    floatArray(
      x.data.map((value) => value - value ** 2 / 2),
      x.shape,
    );
  const y = floatArray(
    Float32Array.from({ length: 960 }, (_, i) => amount(i)),
    shape,
  );
  const problem = problemOf(identity(shape), gaussianNoise(sigma), 'denoise');
  const job = { measurement: y, problem, solver: tweedie, options: { smoothing: 0 } };

  it('gives the same, counts the image once, and tells of every part', async () => {
    const told: number[] = [];
    const whole = await restore({ ...job, prior: local });
    const parts = await restore({
      ...job,
      prior: tiled(local, { tile: 8 }),
      onProgress: ({ fraction }) => told.push(fraction),
    });
    expect(parts.mean.data).toEqual(whole.mean.data);
    expect(parts.sd!.data).toEqual(whole.sd!.data);
    expect(whole.sd!.data[5]).toBeCloseTo(sigma * Math.sqrt(1 - y.data[5]), 5);
    const { networkEvaluations, vjps } = parts;
    expect({ networkEvaluations, vjps }).toEqual({ networkEvaluations: 1, vjps: 4 });
    // 3 × 5 tiles, of an evaluation and four gradients each.
    expect(told).toHaveLength(75);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });
});
