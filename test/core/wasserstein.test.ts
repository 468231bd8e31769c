import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { slicedWasserstein } from '../../src/core/wasserstein.js';

const random = () => keyedRandom(0, 'wasserstein', 0)('directions');
const line = (...values: number[]) => values.map((value) => [value]);

describe('sliced Wasserstein distance', () => {
  it('is the mean distance of sorted values in one dimension', () => {
    expect(
      slicedWasserstein({ points: line(3, 1, 2) }, { points: line(5, 1, 2.5) }, 3, random()),
    ).toBeCloseTo(2.5 / 3, 12);
  });

  it('takes sets of unequal size: {0, 1} and {0, 0, 1, 1} are the same distribution', () => {
    expect(slicedWasserstein({ points: line(0, 1) }, { points: line(0, 1, 0, 1) }, 3, random())).toBeCloseTo(
      0,
      12,
    );
  });

  it('a weight counts as so many copies', () => {
    const a = { points: line(0, 1, 4), weights: [1, 2, 3] };
    const b = { points: line(0, 1, 1, 4, 4, 4) };
    const other = { points: line(-1, 2) };
    expect(slicedWasserstein(a, b, 3, random())).toBeCloseTo(0, 12);
    expect(slicedWasserstein(a, other, 3, random())).toBeCloseTo(
      slicedWasserstein(b, other, 3, random()),
      12,
    );
  });

  it('of two points in the plane is their distance times the mean |cos|, 2/π', () => {
    const found = slicedWasserstein({ points: [[0, 0]] }, { points: [[3, 4]] }, 5000, random());
    expect(Math.abs(found - (5 * 2) / Math.PI)).toBeLessThan(0.06);
  });
});
