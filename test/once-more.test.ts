import { describe, expect, it } from 'vitest';
import { solvers } from '../solvers/index.js';
import { portionOf, requireRounds, roundsOf } from '../src/once-more.js';

describe('restorations besides the first', () => {
  it('are counted: those of the bootstrap, and of other networks where the solver needs them', () => {
    const count = (solver: keyof typeof solvers, rounds: object) =>
      roundsOf({ ...rounds, solver: solvers[solver] } as unknown as Parameters<typeof roundsOf>[0]);
    expect(count('dps', {})).toBe(0);
    expect(count('dps', { bootstrap: 3, epistemic: 2 })).toBe(5);
    expect(count('tweedie', { bootstrap: 3, epistemic: 2 })).toBe(3);
  });

  it('are told as parts of the work', () => {
    const fractions: number[] = [];
    const told = portionOf(({ fraction }) => fractions.push(fraction), 0.5, 0.25);
    told?.({ sample: 0, samples: 1, step: 0, steps: 1, fraction: 0.4 });
    expect(fractions).toEqual([0.6]);
    expect(portionOf(undefined, 0, 1)).toBeUndefined();
  });

  it('are a whole number', () => {
    expect(() => requireRounds({ epistemic: -1 })).toThrow(
      'epistemic must be a whole number of rounds from 0, found -1',
    );
    expect(() => requireRounds({ bootstrap: 0.5 })).toThrow('bootstrap must be');
    expect(requireRounds({})).toBeUndefined();
  });
});
