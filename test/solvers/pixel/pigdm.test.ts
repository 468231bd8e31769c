/** ΠGDM where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { startImage } from '../../../solvers/parts/start-image.js';
import { pigdm } from '../../../solvers/pixel/pigdm.js';
import { geometricSigmas, vpSigmas } from '../../../src/core/schedule.js';
import {
  ancestral,
  contextOf,
  coordinatesTask,
  expectBounded,
  expectLaws,
  expectLevels,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  seenAndUnseen as seen,
  shrinkage,
  startOf,
  steepTask,
} from '../coordinates.js';
import { counts, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

describe('ΠGDM', () => {
  it.each([seen.v, 0.05, 3])('draws what its formulas say, with a prior variance of %d', async (assumed) => {
    const steps = 8;
    const sigmas = geometricSigmas(steps, ...seen.range);
    const options = { steps, priorVariance: assumed, spacing: 'geometric' };
    const start = await startOf(seen);
    const laws = seen.s.map((s, i) => {
      let x: Law = { mean: start[i], variance: sigmas[0] ** 2 };
      for (let k = 0; k < steps; k++) {
        const J = shrinkage(seen, sigmas[k]);
        const r2 = (assumed * sigmas[k] ** 2) / (assumed + sigmas[k] ** 2);
        // D_y = D + g(y − sD), D = Jx + (1 − J)m
        const g = (sigmas[k] ** 2 * J * s) / (r2 * s * s + seen.sigma ** 2);
        const rest = (1 - g * s) * (1 - J) * seen.m + g * seen.y[i];
        x = ancestral(x, (1 - g * s) * J, rest, sigmas[k], sigmas[k + 1]);
      }
      return x;
    });
    expectLaws(await lawsOf(pigdm, coordinatesTask(seen), options), laws);
  });

  it('comes to the posterior where the prior is as it takes it to be', async () => {
    // From a level far below what is left of doubt the last step loses nothing.
    const [m, v] = [0.5, seen.v];
    const task = coordinatesTask({ ...seen, m, range: [0.006, 2] });
    const [few, many] = await Promise.all(
      [24, 48].map((steps) => lawsOf(pigdm, task, { steps, priorVariance: v, spacing: 'geometric' })),
    );
    many.forEach(({ mean, variance }, i) => {
      const exact = 1 / (1 / v + (seen.s[i] / seen.sigma) ** 2);
      const known = exact * (m / v + (seen.s[i] * seen.y[i]) / seen.sigma ** 2);
      // Where it begins is not forgotten quite.
      expect(Math.abs(mean - known)).toBeLessThan(0.02);
      // What a variance lacks falls as 1/steps.
      expect(Math.abs((2 * variance - few[i].variance) / exact - 1)).toBeLessThan(0.08);
      expect(Math.abs(variance / exact - 1)).toBeLessThan(Math.abs(few[i].variance / exact - 1));
    });
  });

  it('visits the levels that it is told', async () => {
    expectLevels(await levelsOf(pigdm, seen, { steps: 4, sigmaMax: 1 }), vpSigmas(4, 0.02, 1).slice(0, 4));
  });

  it('bounds the cost of a data step that has no closed form', async () => {
    const { task, products } = steepTask();
    await startImage(task, async () => {});
    const first = products();
    await runSolver(pigdm, task, { steps: 1 }, contextOf(normalsOf(0).random));
    expectBounded(products() - 2 * first);
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(pigdm, { steps: counts(10_000), priorVariance: positive(), sigmaMax: positive() });
    expect(needsOf(pigdm, coordinatesTask(seen))).toEqual([
      'prior',
      'gradient',
      'linear',
      'equal variance',
      'variance',
    ]);
    expect(pigdm.samplesPosterior).toBe(true);
  });
});
