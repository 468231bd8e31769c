/** DiffPIR where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { requireMatch } from '../../../solvers/choose.js';
import { diffpir } from '../../../solvers/pixel/diffpir.js';
import { geometricSigmas, vpSigmas } from '../../../src/core/schedule.js';
import {
  affine,
  type Coordinates,
  contextOf,
  coordinatesTask,
  expectBounded,
  expectLaws,
  expectLevels,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  noting,
  posteriorOf,
  seenAndUnseen as seen,
  shrinkage,
  steepTask,
} from '../coordinates.js';
import { counts, expectRanges, needsOf, positive, share } from '../declared.js';
import { runSolver } from '../run-solver.js';

/** By the formulas of the paper; its λ is quartered where both noise levels are in the same units. */
function law(of: Coordinates, i: number, sigmas: Float64Array, lambda: number, zeta: number, noise: number) {
  const s = of.s[i];
  let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
  for (let k = 0; k + 1 < sigmas.length; k++) {
    const [sigma, next] = [sigmas[k], sigmas[k + 1]];
    const shrink = shrinkage(of, sigma);
    const rho = (lambda * noise ** 2) / (2 * sigma) ** 2;
    // x̂ = (s y + ρ D)/(s² + ρ), then x̂ + σ'(√(1−ζ)(x − x̂)/σ + √ζ n)
    const a = (rho * shrink) / (s * s + rho);
    const b = (s * of.y[i] + rho * (1 - shrink) * of.m) / (s * s + rho);
    const keep = (next * Math.sqrt(1 - zeta)) / sigma;
    x = affine(x, a + keep * (1 - a), (1 - keep) * b, zeta * next ** 2);
  }
  return x;
}

describe('DiffPIR', () => {
  it.each([
    { lambda: 8, zeta: 1 },
    { lambda: 2, zeta: 0.3 },
    { lambda: 8, zeta: 0 },
  ])('draws what its formulas say: $lambda, $zeta', async (options) => {
    const sigmas = geometricSigmas(6, ...seen.range);
    const laws = seen.s.map((_, i) => law(seen, i, sigmas, options.lambda, options.zeta, seen.sigma));
    const found = await lawsOf(diffpir, coordinatesTask(seen), {
      steps: 6,
      spacing: 'geometric',
      ...options,
    });
    expectLaws(found, laws);
  });

  it('takes a measurement without noise for one with a little', async () => {
    const clean = { ...seen, sigma: 1e-6 };
    const sigmas = geometricSigmas(4, ...seen.range);
    const laws = clean.s.map((_, i) => law(clean, i, sigmas, 1000, 0.5, 0.001));
    const options = { steps: 4, lambda: 1000, zeta: 0.5, spacing: 'geometric' };
    expectLaws(await lawsOf(diffpir, coordinatesTask(clean), options), laws);
  });

  it("visits levels that are quadratic in DDPM's time, or in constant ratio", async () => {
    const [lowest] = seen.range;
    expectLevels(
      await levelsOf(diffpir, seen, { steps: 5 }),
      vpSigmas(5, lowest, 2, 'quadratic').slice(0, 5),
    );
    const options = { steps: 5, sigmaMax: 0.7, spacing: 'geometric' };
    expectLevels(await levelsOf(diffpir, seen, options), geometricSigmas(5, lowest, 0.7).slice(0, 5));
  });

  it('bounds the cost of a data step that has no closed form', async () => {
    const { task, products } = steepTask();
    await runSolver(diffpir, task, { steps: 1 }, contextOf(normalsOf(0).random));
    expectBounded(products());
  });

  it('estimates by as many evaluations as it is told, without fresh noise, down to the noise', async () => {
    const { task, levels } = noting(coordinatesTask({ ...seen, sigma: 0.05 }));
    const options = diffpir.options.parse({ estimateSteps: 4 });
    const matched = requireMatch(diffpir, task);
    const context = contextOf(normalsOf(0).random);
    const found = await diffpir.estimate!(matched as never, options, context);
    expectLevels(levels, geometricSigmas(4, 0.05, 0.3).slice(0, 4));
    // Both well seen and poorly, between what is measured and the prior's mean.
    expect(found!.data[0]).toBeCloseTo(seen.y[0] / seen.s[0], 1);
    expect(await diffpir.estimate!(matched as never, diffpir.options.parse({}), context)).toBeUndefined();
  });

  it('estimates values that are measured one by one by denoising them at their own noise', async () => {
    const all = { ...seen, s: [2, 0.1, 1, 0.5], y: [1.2, 0.01, 0.7, 0.1], sigma: 0.05 };
    const { task, levels } = noting(coordinatesTask(all));
    const options = diffpir.options.parse({ estimateSteps: 10 });
    const matched = requireMatch(diffpir, task);
    const found = await diffpir.estimate!(matched as never, options, contextOf(normalsOf(0).random));
    expect(levels).toHaveLength(10);
    expect(Math.max(...levels)).toBeCloseTo(0.05 / 0.1, 5);
    found!.data.forEach((value, i) => {
      expect(Math.abs(value - posteriorOf(all, i).mean)).toBeLessThan(0.01);
    });
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(diffpir, {
      steps: counts(10_000),
      lambda: positive(),
      estimateSteps: { takes: [0, 1, 10_000], refuses: [-1, 1.5, 10_001] },
      estimateNoise: share,
      zeta: share,
      sigmaMax: positive(),
      spacing: { takes: ['quadratic', 'geometric'], refuses: ['karras'] },
    });
    // Counted photons are taken for Gaussian noise.
    const needs = ['prior', 'linear', 'equal variance'];
    expect(needsOf(diffpir, coordinatesTask(seen))).toEqual(needs);
    expect(diffpir.samplesPosterior).toBe(false);
  });
});
