/** PnP-DM where every step is affine, coordinate by coordinate: the law it draws from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { pnpDm } from '../../../solvers/pixel/pnp-dm.js';
import { karrasSigmas } from '../../../src/core/schedule.js';
import {
  ancestral,
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

describe('PnP-DM', () => {
  it.each([1, 4])('alternates between data and a reverse diffusion of %i steps', async (steps) => {
    const options = { rounds: 5, steps, rhoMax: 1, rhoMin: 0.3, decay: 0.6 };
    const laws = seen.s.map((_, i) => {
      let x: Law = { mean: 0.5, variance: 1 };
      for (let round = 0; round < 5; round++) {
        const rho = Math.max(0.6 ** round, 0.3);
        x = givenData(seen, x, rho, i);
        const sigmas = steps > 1 ? karrasSigmas(steps, lowest, rho) : [rho, 0];
        for (let k = 0; k < steps; k++) {
          const k0 = shrinkage(seen, sigmas[k]);
          x = ancestral(x, k0, (1 - k0) * seen.m, sigmas[k], sigmas[k + 1]);
        }
      }
      return x;
    });
    expectLaws(await lawsOf(pnpDm, coordinatesTask(seen), options), laws);
  });

  it('ties the two images ever closer, but no closer than told or than the prior can tell', async () => {
    const falling = { rounds: 4, steps: 1, rhoMax: 1, decay: 0.5 };
    expectLevels(await levelsOf(pnpDm, seen, { ...falling, rhoMin: 0.2 }), [1, 0.5, 0.25, 0.2]);
    const faster = { ...falling, decay: 0.2, rhoMin: 0.001 };
    expectLevels(await levelsOf(pnpDm, seen, faster), [1, 0.2, 2 * lowest, 2 * lowest]);
  });

  it('says where it is: steps of rounds, one after the other', async () => {
    const said: number[][] = [];
    const context = {
      ...contextOf(normalsOf(0).random),
      step: async (...where: number[]) => void said.push(where),
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
