/** Flower where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { flower } from '../../../solvers/pixel/flower.js';
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
  steepTask,
} from '../coordinates.js';
import { counts, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

/** Levels whose flow time 1/(1 + 2σ) falls in equal steps. */
function levels(steps: number, lowest: number, highest: number): number[] {
  const [first, last] = [1 / (1 + 2 * highest), 1 / (1 + 2 * lowest)];
  return Array.from({ length: steps }, (_, i) => {
    const t = first + ((last - first) * i) / Math.max(1, steps - 1);
    return (1 - t) / t / 2;
  });
}

function law(of: Coordinates, i: number, sigmas: readonly number[], priorVariance = of.v): Law {
  let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
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
    const laws = seen.s.map((_, i) => law(seen, i, levels(5, ...seen.range), priorVariance));
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

  it('bounds the cost of a draw that has no closed form', async () => {
    const { task, products } = steepTask();
    await runSolver(flower, task, { steps: 1 }, contextOf(normalsOf(0).random));
    expectBounded(products());
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(flower, { steps: counts(10_000), priorVariance: positive(), sigmaMax: positive() });
    const needs = ['prior', 'linear', 'equal variance', 'variance'];
    expect(needsOf(flower, coordinatesTask(seen))).toEqual(needs);
    expect(flower.samplesPosterior).toBe(true);
  });
});
