/** DAPS where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { daps } from '../../../solvers/pixel/daps.js';
import { karrasSigmas } from '../../../src/core/schedule.js';
import {
  affine,
  coordinatesTask,
  expectLaws,
  expectLevels,
  givenData,
  type Law,
  lawsOf,
  levelsOf,
  seenAndUnseen as seen,
  shrinkage,
  startOf,
} from '../coordinates.js';
import { counts, endless, expectRanges, needsOf, positive } from '../declared.js';

const [, highest] = seen.range;

describe('DAPS', () => {
  it.each([
    { countDrawn: false },
    { countDrawn: false, priorVariance: 0.15 },
    { countDrawn: true, priorVariance: 0.15 },
    { countDrawn: 0.5, priorVariance: 0.15 },
  ])('draws what its formulas say: $countDrawn, $priorVariance', async ({ countDrawn, priorVariance }) => {
    const [steps, sigmaMin] = [5, 0.1];
    const sigmas = karrasSigmas(steps, sigmaMin, highest);
    const options = {
      steps,
      flowSteps: 1,
      sigmaMax: 2,
      sigmaMin,
      countDrawn,
      ...(priorVariance && { priorVariance }),
    };
    const start = await startOf(seen);
    const laws = seen.s.map((_, i) => {
      let x: Law = { mean: start[i], variance: sigmas[0] ** 2 };
      for (let k = 0; k < steps; k++) {
        const k0 = shrinkage(seen, sigmas[k]);
        const r2 = priorVariance
          ? (priorVariance * sigmas[k] ** 2) / (priorVariance + sigmas[k] ** 2)
          : sigmas[k] ** 2;
        x = givenData(seen, affine(x, k0, (1 - k0) * seen.m), Math.sqrt(r2), i);
        const fresh = Math.max(sigmas[k + 1] ** 2 - Number(countDrawn) * r2, 0);
        x = affine(x, 1, 0, fresh);
      }
      return x;
    });
    expectLaws(await lawsOf(daps, coordinatesTask(seen), options), laws);
  });

  it.each([
    { asked: 0.1, taken: 0.1, why: 'as asked' },
    { asked: 0.001, taken: seen.range[0], why: 'no lower than the prior knows' },
    { asked: 50, taken: highest / 2, why: 'below the first' },
  ])('ends at $taken, $why', async ({ asked, taken }) => {
    const options = { steps: 4, flowSteps: 1, sigmaMin: asked };
    expectLevels(await levelsOf(daps, seen, options), karrasSigmas(4, taken, highest).slice(0, 4));
  });

  it('follows the flow from each level in as many evaluations as it is told', async () => {
    const levels = await levelsOf(daps, seen, { steps: 2, flowSteps: 3, sigmaMin: 0.5 });
    const flows = [highest, 0.5].flatMap((sigma) => [...karrasSigmas(3, seen.range[0], sigma).slice(0, 3)]);
    expectLevels(levels, flows);
  });

  it('takes what its options say, and any noise', () => {
    expectRanges(daps, {
      steps: counts(10_000),
      flowSteps: endless,
      sigmaMax: positive(),
      sigmaMin: positive(),
      priorVariance: positive(),
    });
    for (const countDrawn of [0, 0.3, 1, false])
      expect(() => daps.options.parse({ countDrawn })).not.toThrow();
    for (const countDrawn of [-0.1, 1.1, 'half']) expect(() => daps.options.parse({ countDrawn })).toThrow();
    expect(daps.options.parse({})).toMatchObject({ countDrawn: false });
    expect(needsOf(daps, coordinatesTask(seen))).toEqual(['prior']);
    expect(daps.samplesPosterior).toBe(true);
  });
});
