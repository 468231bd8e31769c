import { describe, expect, it } from 'vitest';
import { sgdd } from '../../../solvers/discrete/sgdd.js';
import { coupling } from '../../../solvers/parts/uniform-kernel.js';
import { keyedRandom } from '../../../src/core/random.js';
import { counts, expectRanges, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';
import {
  differing,
  LOG_LIKELIHOOD,
  POSTERIOR,
  PRIOR,
  stateOfImage,
  tokenMeasurement,
  tokenPrior,
  tokenProblem,
  totalVariation,
} from '../three-tokens.js';

const task = { measurement: tokenMeasurement, problem: tokenProblem, prior: tokenPrior() };

/** The law of z under π(x, z), by sums over all pairs. */
function lawOfZ(pull: number): number[] {
  return LOG_LIKELIHOOD.map((log, z) =>
    PRIOR.reduce((sum, p, x) => sum + p * Math.exp(log - pull * differing(x, z)), 0),
  );
}

/** The law after a draw given states of `law`, with these weights. */
function turn(law: readonly number[], weight: (to: number, given: number) => number): number[] {
  const next = Array<number>(27).fill(0);
  law.forEach((p, given) => {
    const weights = next.map((_, to) => weight(to, given));
    const sum = weights.reduce((a, b) => a + b);
    weights.forEach((w, to) => {
      next[to] += (p * w) / sum;
    });
  });
  return next;
}

describe('the joint law of sgdd', () => {
  it.each([
    [0.3, 0.1574],
    [0.1, 0.0672],
    [0.01, 0.0076],
  ])('at η = %s is as far from the posterior as the notes say', (eta, expected) => {
    expect(totalVariation(POSTERIOR, lawOfZ(coupling(eta, 3)))).toBeCloseTo(expected, 3);
  });

  it('with the published coupling in the moves alone stays off however small η is', () => {
    const off = (eta: number) => {
      const kernel = coupling(eta, 3);
      let law = POSTERIOR.slice();
      // Both turns, again and again: x | z by the kernel, z | x by moves with the factor K − 1 of the published code.
      for (let k = 0; k < 300; k++) {
        const x = turn(law, (a, b) => PRIOR[a] * Math.exp(-kernel * differing(a, b)));
        law = turn(x, (a, b) => Math.exp(LOG_LIKELIHOOD[a] - (kernel - Math.log(2)) * differing(a, b)));
      }
      return totalVariation(POSTERIOR, law);
    };
    expect(off(0.1)).toBeCloseTo(0.1445, 3);
  });
});

describe('sgdd', () => {
  it('ends in the law that its level has', { timeout: 60_000 }, async () => {
    // Held at one level from far away, so that the turns alone lead there.
    const level = { rounds: 6, steps: 8, sweeps: 4, etaMax: 0.5, etaMin: 0.5 };
    const states = Array<number>(27).fill(0);
    for (let k = 0; k < 400; k++) {
      const context = { random: keyedRandom(0, 'sgdd', k), step: async () => {} };
      states[stateOfImage(await runSolver(sgdd, task, level, context))]++;
    }
    // Counts alone are off by 0.07.
    expect(totalVariation(POSTERIOR, lawOfZ(coupling(0.5, 3)))).toBeGreaterThan(0.15);
    expect(totalVariation(lawOfZ(coupling(0.5, 3)), states)).toBeLessThan(0.12);
  });

  it('draws about from the posterior where the level falls', { timeout: 60_000 }, async () => {
    const states = Array<number>(27).fill(0);
    const options = { rounds: 10, steps: 4, sweeps: 4, etaMax: 2, etaMin: 0.02 };
    for (let k = 0; k < 300; k++) {
      const context = { random: keyedRandom(1, 'sgdd', k), step: async () => {} };
      states[stateOfImage(await runSolver(sgdd, task, options, context))]++;
    }
    expect(totalVariation(POSTERIOR, states)).toBeLessThan(0.16);
  });

  it('declares its options', () => {
    expectRanges(sgdd, {
      rounds: counts(10_000),
      steps: counts(1000),
      sweeps: positive(10_000),
      etaMax: positive(),
      etaMin: positive(),
    });
  });
});
