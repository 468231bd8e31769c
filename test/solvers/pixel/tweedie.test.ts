/** Tweedie's formulas where pixels are independent: means and variances in closed form. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import type { DifferentiablePrior } from '../../../models/prior.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { problemOf } from '../../../problems/problem.js';
import { identity } from '../../../problems/restoration/denoise.js';
import { requireMatch } from '../../../solvers/choose.js';
import { tweedie } from '../../../solvers/pixel/tweedie.js';
import type { Task } from '../../../solvers/solver.js';
import { parseOptions } from '../../../src/core/options.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { testContext } from '../../exact/dense.js';
import { coordinatesTask, expectLaws, expectLevels, lawsOf, noting } from '../coordinates.js';
import { counts, expectRanges, needsOf } from '../declared.js';

const SIGMA = 0.2;
const y = [0.9, 0.1, 0.5, 0.3, 0.7, 0.6, 0.2];
const M = 0.4;
/** Of the pixels under the prior. */
const variances = [0.01, 0.3, 0.02, 0.1, 0.05, 0.2, 0.04];
const posteriorVariances = variances.map((v) => (v * SIGMA ** 2) / (v + SIGMA ** 2));
const posteriorMeans = variances.map((v, i) => M + (v / (v + SIGMA ** 2)) * (y[i] - M));
const shape = [1, 1, y.length];
const coordinates = { s: y.map(() => 1), y, sigma: SIGMA, m: M, v: 0.1, range: [0.001, 5] as const };
const prior = mixturePrior(
  new GaussianMixture([
    {
      weight: 1,
      mean: y.map(() => M),
      covariance: variances.flatMap((v, i) => variances.map((_, j) => (i === j ? v : 0))),
    },
  ]),
  shape,
  coordinates.range,
);
const task: Task = {
  ...coordinatesTask(coordinates),
  problem: problemOf(identity(shape), gaussianNoise(SIGMA)),
  prior,
};

async function momentsOf(options: object, variance = true, of = task) {
  const parsed = parseOptions(tweedie.options, 'solver tweedie', { ...options });
  return tweedie.moments!(requireMatch(tweedie, of) as never, parsed as never, {
    ...testContext(),
    variance,
  });
}

describe('tweedie', () => {
  it('has the mean and the variances of the posterior', async () => {
    const { mean, variance } = await momentsOf({ smoothing: 0 });
    posteriorMeans.forEach((value, i) => {
      expect(mean.data[i]).toBeCloseTo(value, 6);
      expect(variance?.data[i]).toBeCloseTo(posteriorVariances[i], 6);
    });
  });

  it('averages variances over neighbours, which keeps their sum', async () => {
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    const range = (values: ArrayLike<number>) =>
      Math.max(...Array.from(values)) - Math.min(...Array.from(values));
    const [some, all] = await Promise.all([momentsOf({ smoothing: 0.6 }), momentsOf({ smoothing: 3 })]).then(
      (found) => found.map(({ variance }) => variance!.data),
    );
    for (const averaged of [some, all]) expect(sum(averaged)).toBeCloseTo(sum(posteriorVariances), 5);
    expect(range(some)).toBeLessThan(0.7 * range(posteriorVariances));
    expect(range(all)).toBeLessThan(0.3 * range(posteriorVariances));
  });

  it('takes one gradient for each place of a comb, and none where no variance is wanted', async () => {
    let gradients = 0;
    const counting: DifferentiablePrior = {
      ...(prior as DifferentiablePrior),
      async linearize(...asked) {
        const linearization = await (prior as DifferentiablePrior).linearize(...asked);
        return {
          ...linearization,
          pullback(v) {
            gradients++;
            return linearization.pullback(v);
          },
        };
      },
    };
    const counted = { ...task, prior: counting };
    await momentsOf({ pitch: 3 }, true, counted);
    expect(gradients).toBe(9);
    gradients = 0;
    expect((await momentsOf({}, false, counted)).variance).toBeUndefined();
    expect(gradients).toBe(0);
  });

  it('draws about the mean of the posterior, and as widely as the steps allow', async () => {
    const at = (variances: readonly number[]) =>
      posteriorMeans.map((mean, i) => ({ mean, variance: variances[i] }));
    expectLaws(await lawsOf(tweedie, task, { steps: 1 }), at(y.map(() => 0)));
    const many = await lawsOf(tweedie, task, { steps: 16 });
    expectLaws(many, at(many.map(({ variance }) => variance)));
    many.forEach(({ variance }, i) => {
      expect(Math.abs(variance / posteriorVariances[i] - 1)).toBeLessThan(0.06);
    });
  });

  it('begins at the level of the noise, and ends far below', async () => {
    const { task: noted, levels } = noting(task);
    await lawsOf(tweedie, noted, { steps: 5 });
    expectLevels(levels.slice(0, 5), geometricSigmas(5, SIGMA / 30, SIGMA).slice(0, 5));
  });

  it('takes what its options say, and pictures with white noise', () => {
    expectRanges(tweedie, {
      pitch: counts(64),
      smoothing: { takes: [0, 0.5, 100], refuses: [-0.1, 101] },
      steps: counts(10_000),
    });
    expect(needsOf(tweedie, task)).toEqual(['prior', 'identity', 'equal variance', 'variance']);
    expect(tweedie.samplesPosterior).toBe(true);
  });
});
