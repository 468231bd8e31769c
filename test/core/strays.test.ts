import { describe, expect, it } from 'vitest';
import { withoutStrays } from '../../src/core/strays.js';

const OUT = Number.NEGATIVE_INFINITY;

describe('withoutStrays', () => {
  it('leaves out samples whose misfit is far above that of one that explains the measurement', () => {
    expect(withoutStrays([1.02, 5.4, 1.01, 1.3], 49_152)).toEqual([0, OUT, 0, OUT]);
    expect(withoutStrays([0.3, 1.1, 0.2, 2], 10_000)).toEqual([0, 0, 0, OUT]);
  });

  it('allows for chance, which is large where little is measured', () => {
    expect(withoutStrays([0.9, 1.6], 48)).toBeUndefined();
    expect(withoutStrays([0.9, 3.6], 48)).toEqual([0, OUT]);
    // Of draws the misfit is χ²/m: 1 ± √(2/m).
    expect(withoutStrays([1 - 3 * Math.sqrt(2 / 500), 1 + 4 * Math.sqrt(2 / 500)], 500)).toBeUndefined();
  });

  it('leaves out nothing where no sample explains it, or nothing is known', () => {
    expect(withoutStrays([1.6, 40], 10_000)).toBeUndefined();
    expect(withoutStrays([Number.NaN, 1], 100)).toBeUndefined();
    expect(withoutStrays([], 100)).toBeUndefined();
    expect(withoutStrays([1], 100)).toBeUndefined();
  });
});
