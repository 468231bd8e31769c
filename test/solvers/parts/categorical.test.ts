import { expect, it } from 'vitest';
import { chancesAt, drawToken, normalise } from '../../../solvers/parts/categorical.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

it('reads the chances of a position from logits of any size', () => {
  const logits = floatArray(
    Float32Array.of(0, 1000, Math.log(3), 1000, Number.NEGATIVE_INFINITY, -1000),
    [3, 1, 2],
  );
  expect([...chancesAt(logits, 0)]).toEqual([expect.closeTo(0.25, 7), expect.closeTo(0.75, 7), 0]);
  expect([...chancesAt(logits, 1)]).toEqual([0.5, 0.5, 0]);
});

it('divides weights by their sum', () => {
  expect([...normalise(Float64Array.of(1, 3))]).toEqual([0.25, 0.75]);
});

it('draws tokens as often as their chances say, and none without a chance', () => {
  const random = keyedRandom(0, 'categorical', 0)('draw');
  const counts = [0, 0, 0, 0];
  for (let k = 0; k < 10_000; k++) counts[drawToken(Float64Array.of(0.2, 0, 0.8, 0), random)]++;
  expect(counts[1] + counts[3]).toBe(0);
  expect(Math.abs(counts[0] - 2000)).toBeLessThan(4 * Math.sqrt(1600));
  // A sum that rounding leaves below 1.
  expect(drawToken(Float64Array.of(0.5, 0.4, 0), { ...random, uniform: () => 0.99 })).toBe(1);
});
