/** PnP-DM where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { pnpDm } from '../../../solvers/pixel/pnp-dm.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import {
  affine,
  contextOf,
  coordinatesTask,
  expectLaws,
  expectLevels,
  givenData,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  seenAndUnseen as seen,
  shrinkage,
} from '../coordinates.js';
import { endless, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

const [lowest] = seen.range;

/** The variance that a reverse diffusion of second order ends with; its mean is D's, whatever the number of steps. */
function drawnVariance(sigmas: ArrayLike<number>): number {
  const last = sigmas.length - 1;
  let variance = 0;
  for (let drawnAt = 0; drawnAt < last; drawnAt++) {
    let [x, before] = [0, 0];
    for (let k = 0; k < last; k++) {
      const clean = shrinkage(seen, sigmas[k]) * x;
      const keep = (sigmas[k + 1] / sigmas[k]) ** 2;
      const estimate = k > 0 && k + 1 < last ? clean + (clean - before) / 2 : clean;
      x = estimate + keep * (x - estimate) + (k === drawnAt ? sigmas[k + 1] * Math.sqrt(1 - keep) : 0);
      before = clean;
    }
    variance += x ** 2;
  }
  return variance;
}

describe('PnP-DM', () => {
  it.each([1, 4])('alternates between data and a reverse diffusion of %i steps', async (steps) => {
    const options = { rounds: 5, steps, rhoMax: 1, rhoMin: 0.3, decay: 0.6 };
    const laws = seen.s.map((_, i) => {
      let x: Law = { mean: 0.5, variance: 1 };
      for (let round = 0; round < 5; round++) {
        const rho = Math.max(0.6 ** round, 0.3);
        x = givenData(seen, x, rho, i);
        const k0 = shrinkage(seen, rho);
        const sigmas = steps > 1 ? geometricSigmas(steps, Math.max(lowest, rho / 30), rho) : [rho, 0];
        x = affine(x, k0, (1 - k0) * seen.m, drawnVariance(sigmas));
      }
      return x;
    });
    expectLaws(await lawsOf(pnpDm, coordinatesTask(seen), options), laws);
  });

  it('ties the two images ever closer, but no closer than told or than the prior can tell', async () => {
    const falling = { rounds: 4, steps: 1, rhoMax: 1, decay: 0.5 };
    expectLevels(await levelsOf(pnpDm, seen, { ...falling, rhoMin: 0.2 }), [1, 0.5, 0.25, 0.2]);
    const faster = { ...falling, decay: 0.2, rhoMin: 0.001 };
    expectLevels(await levelsOf(pnpDm, seen, faster), [1, 0.2, 0.04, lowest]);
  });

  it('ends, where nothing is told, at a quarter of the noise', async () => {
    const rough = { ...seen, sigma: 0.4 };
    const falling = { rounds: 3, steps: 1, rhoMax: 1, decay: 0.2 };
    expectLevels(await levelsOf(pnpDm, rough, falling), [1, 0.2, 0.1]);
  });

  it('says where it is: steps of rounds, one after the other', async () => {
    const said: number[][] = [];
    const context = {
      ...contextOf(normalsOf(0).random),
      step: async (i: number, of: number) => void said.push([i, of]),
    };
    await runSolver(pnpDm, coordinatesTask(seen), { rounds: 3, steps: 2, rhoMax: 1 }, context);
    expect(said).toEqual([0, 1, 2, 3, 4, 5].map((i) => [i, 6]));
  });

  it('takes what its options say, and any noise', () => {
    expectRanges(pnpDm, {
      rounds: endless,
      steps: endless,
      rhoMax: positive(),
      rhoMin: positive(),
      decay: positive(1),
    });
    expect(needsOf(pnpDm, coordinatesTask(seen))).toEqual(['prior']);
    expect(pnpDm.samplesPosterior).toBe(true);
  });
});
