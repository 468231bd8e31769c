import { expect, it } from 'vitest';
import { normalSolve } from '../../../problems/normal-solve.js';
import { withLinearization } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { inStrips } from '../../../problems/parts/strips.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

/** Two channels of three rows of two: x ↦ w·x, flat, the first two rows and the last one by themselves. */
const weights = Float32Array.from({ length: 12 }, (_, i) => 1 + i);
const stripOf = (rows: number, own: Float32Array) => {
  const inputShape = [2, rows, 2];
  return withLinearization({
    inputShape,
    outputShape: [own.length],
    apply: (x) =>
      floatArray(
        x.data.map((value, i) => own[i] * value),
        [own.length],
      ),
    adjoint: (y) =>
      floatArray(
        y.data.map((value, i) => own[i] * value),
        inputShape,
      ),
  });
};
const strips = [
  { operator: stripOf(2, weights.subarray(0, 8)), top: 0, start: 0 },
  { operator: stripOf(1, weights.subarray(8)), top: 2, start: 8 },
];
const operator = inStrips([2, 3, 2], strips);
const image = floatArray(
  Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
  [2, 3, 2],
);

it('measures strip after strip, in all channels', async () => {
  const { data } = await operator.apply(image);
  // Rows 0 and 1 of channel 0, then of channel 1; then row 2 of each.
  const order = [0, 1, 2, 3, 6, 7, 8, 9, 4, 5, 10, 11];
  expect([...data]).toEqual(order.map((place, k) => Math.fround(weights[k] * image.data[place])));
  await expectSound(operator);
});

it('is solved for strip by strip, as on the whole', async () => {
  const order = [0, 1, 2, 3, 6, 7, 8, 9, 4, 5, 10, 11];
  const inPlace = new Float32Array(12);
  for (const [k, place] of order.entries()) inPlace[place] = weights[k];
  const whole = await normalSolve(diagonal([2, 3, 2], inPlace), image, 0.5);
  const found = await normalSolve(operator, image, 0.5, { iterations: 20 });
  expect([...found.data]).toEqual([...whole.data].map((value) => expect.closeTo(value, 5)));
  const { strips: _, ...without } = operator;
  const calls = mapArray(await normalSolve(without, image, 0.5), (value, i) => value - found.data[i]);
  expect(Math.max(...calls.data.map(Math.abs))).toBeLessThan(1e-5);
});
