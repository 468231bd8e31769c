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

  it('counts in the level the share of the draw that the denoiser would not know', async () => {
    // Of four coordinates only their mean is open. Of a probe whose signs sum to S, S²/16 lies along it.
    const of = { ...seen, s: [0, 0, 0, 0], y: [0, 0, 0, 0] };
    const task = coordinatesTask(of);
    const told: number[] = [];
    const meanOf = async (x: FloatArray, sigma: number) => {
      told.push(sigma);
      return mapArray(x, () => x.data.reduce((sum, value) => sum + value / 4, 0));
    };
    const prior = { ...(task.prior as DiffusionPrior), denoise: meanOf };
    for (let seed = 0; seed < 20; seed++) {
      await runSolver(
        flower,
        { ...task, prior },
        { steps: 2, sigmaMax: 0.5 },
        contextOf(keyedRandom(seed, 'flower', 0)('all')),
      );
    }
    const strange = told.filter((sigma) => sigma !== 0.5 && sigma > 0.021);
    expect(strange.length).toBeGreaterThan(0);
    for (const sigma of strange) expect(sigma).toBeCloseTo(0.5 * Math.sqrt(1 - 4 / 16), 3);
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
