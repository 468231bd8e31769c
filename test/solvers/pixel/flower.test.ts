/** Flower where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { flower } from '../../../solvers/pixel/flower.js';
import { type FloatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import {
  affine,
  type Coordinates,
  contextOf,
  coordinatesTask,
  expectBounded,
  expectLaws,
  expectLevels,
  givenData,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  seenAndUnseen as seen,
  shrinkage,
  startOf,
  steepTask,
} from '../coordinates.js';
import { counts, expectRanges, needsOf, positive, share } from '../declared.js';
import { runSolver } from '../run-solver.js';

/** Levels whose flow time 1/(1 + 2σ) falls in equal steps. */
function levels(steps: number, lowest: number, highest: number): number[] {
  const [first, last] = [1 / (1 + 2 * highest), 1 / (1 + 2 * lowest)];
  return Array.from({ length: steps }, (_, i) => {
    const t = first + ((last - first) * i) / Math.max(1, steps - 1);
    return (1 - t) / t / 2;
  });
}

/** @param start the mean that the chain begins about. */
function law(
  of: Coordinates,
  i: number,
  sigmas: readonly number[],
  start: number,
  priorVariance = of.v,
): Law {
  let x: Law = { mean: start, variance: sigmas[0] ** 2 };
  sigmas.forEach((sigma, k) => {
    const shrink = shrinkage(of, sigma);
    const spread = Math.sqrt(1 / (1 / priorVariance + 1 / sigma ** 2));
    x = givenData(of, affine(x, shrink, (1 - shrink) * of.m), spread, i);
    x = affine(x, 1, 0, (sigmas[k + 1] ?? 0) ** 2);
  });
  return x;
}

describe('Flower', () => {
  it.each([undefined, 0.25, 0.05])('draws what its formulas say, v = %d', async (priorVariance) => {
    const start = await startOf(seen);
    const sigmas = levels(5, ...seen.range);
    const laws = seen.s.map((_, i) => law(seen, i, sigmas, start[i], priorVariance));
    expectLaws(await lawsOf(flower, coordinatesTask(seen), { steps: 5, priorVariance }), laws);
  });

  it('draws from the posterior of a prior whose pixels have one variance, which it finds', async () => {
    const wide = { ...seen, range: [0.02, 1000] } as const;
    const found = await lawsOf(flower, coordinatesTask(wide), { steps: 12, sigmaMax: 1000 });
    const posterior = wide.s.map((s, i) => {
      const precision = 1 / wide.v + (s / wide.sigma) ** 2;
      const mean = (wide.m / wide.v + (s * wide.y[i]) / wide.sigma ** 2) / precision;
      return { mean, variance: 1 / precision };
    });
    expectLaws(found, posterior, 3);
  });

  it("visits levels that are uniform in the flow's time, from no higher than told", async () => {
    const [lowest, highest] = seen.range;
    const once = { priorVariance: 0.25 };
    expectLevels(await levelsOf(flower, seen, { steps: 5, ...once }), levels(5, lowest, highest));
    expectLevels(await levelsOf(flower, seen, { steps: 3, sigmaMax: 0.5, ...once }), levels(3, lowest, 0.5));
    expectLevels(await levelsOf(flower, seen, { steps: 1 }), [highest, highest]);
  });

  it('visits levels of constant ratio where told', async () => {
    const told = { steps: 3, spacing: 'geometric', sigmaMax: 0.5, priorVariance: 0.25 } as const;
    const ratio = Math.sqrt(seen.range[0] / 0.5);
    expectLevels(await levelsOf(flower, seen, told), [0.5, 0.5 * ratio, seen.range[0]]);
  });

  describe('where the mean of 64 values is all that the denoiser does not know', () => {
    const N = 64;
    const levels = { steps: 30, sigmaMax: 2.5, spacing: 'geometric', directed: 1 } as const;
    const meanOf = (x: FloatArray) => x.data.reduce((sum, value) => sum + value / N, 0);
    const about = (x: FloatArray, from: number, to: number) =>
      x.data.subarray(from, to).reduce((sum, value) => sum + (value - meanOf(x)) ** 2 / (to - from), 0);

    /** @param seen how many of the values are measured, and as y. */
    async function draw(
      seed: number,
      { seen = N, y = 0.9, sigma = 0.1 },
      see = (_: FloatArray, _1: number) => {},
    ) {
      const known = Array.from({ length: N }, (_, i) => Number(i < seen));
      const of: Coordinates = {
        s: known,
        y: known.map((one) => one * y),
        sigma,
        m: 0.5,
        v: 0.04,
        range: [0.01, 10],
      };
      const task = coordinatesTask(of);
      const denoise = async (x: FloatArray, level: number) => {
        see(x, level);
        const mean = 0.5 + (meanOf(x) - 0.5) / (1 + level ** 2 / N / 0.04);
        return mapArray(x, () => mean);
      };
      const prior = { ...(task.prior as DiffusionPrior), denoise };
      const context = contextOf(keyedRandom(seed, 'flower', 0)('all'));
      return (await runSolver(flower, { ...task, prior }, levels, context)) as FloatArray;
    }

    it.each([0.1, 0.5])('draws from near its posterior, noise of %d', async (sigma) => {
      const drawn = [];
      for (let seed = 0; seed < 200; seed++) drawn.push(await draw(seed, { sigma }));
      const means = drawn.map(meanOf);
      const mean = means.reduce((sum, value) => sum + value / 200, 0);
      const variance = means.reduce((sum, value) => sum + (value - mean) ** 2 / 199, 0);
      const precision = 1 / 0.04 + N / sigma ** 2;
      // 0.5 is five standard errors, and less than a tenth of what the mean variance over all directions makes.
      const exact = 0.5 + ((N / sigma ** 2) * 0.4) / precision;
      expect(Math.abs(mean - exact) * Math.sqrt(precision)).toBeLessThan(0.5);
      // Two of 200 draws' standard errors are 0.1; a draw of the open directions too many makes it 1.6 and more.
      expect(Math.sqrt(variance * precision)).toBeGreaterThan(0.95);
      expect(Math.sqrt(variance * precision)).toBeLessThan(1.45);
      // What is known has the last level's noise at most.
      for (const x of drawn) expect(Math.sqrt(about(x, 0, N))).toBeLessThan(0.015);
    });

    it('shows the denoiser white noise of the level that it is told of, measured or not', async () => {
      const [sums, counts] = [[0, 0], 30 * 20];
      for (let seed = 0; seed < 20; seed++) {
        await draw(seed, { seen: N / 2, y: 0.5, sigma: 0.01 }, (x, level) => {
          sums[0] += about(x, 0, N / 2) / level ** 2 / counts / 2;
          sums[1] += about(x, N / 2, N) / level ** 2 / counts / 2;
        });
      }
      // Every second image is the probe's, of a hundredth more variance. Four standard errors are 0.06.
      for (const ratio of sums) expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
    });
  });

  it('bounds the cost of a draw that has no closed form', async () => {
    const { task, products } = steepTask();
    await runSolver(flower, task, { steps: 1, priorVariance: 0.25 }, contextOf(normalsOf(0).random));
    // Four to where the chain begins.
    expectBounded(products() - 4);
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(flower, {
      steps: counts(10_000),
      priorVariance: positive(),
      directed: share,
      sigmaMax: positive(),
      estimateSteps: { takes: [0, 1, 10_000], refuses: [-1, 1.5] },
      estimateNoise: share,
    });
    expect(flower.options.safeParse({ spacing: 'karras' }).success).toBe(false);
    const needs = ['prior', 'linear', 'equal variance', 'variance'];
    expect(needsOf(flower, coordinatesTask(seen))).toEqual(needs);
    expect(flower.samplesPosterior).toBe(true);
  });
});
