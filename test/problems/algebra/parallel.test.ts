import { describe, expect, it } from 'vitest';
import { added, type Junction, parallel, requireSameInput } from '../../../problems/algebra/parallel.js';
import { type ForwardOperator, straightThrough } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { pointwise } from '../../../problems/parts/pointwise.js';
import { filled, floatArray, mapArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

const shape = [1, 1, 2];
const weights = (...values: number[]) => diagonal(shape, Float32Array.from(values));
const squares = pointwise(shape, (x, result, slopes) => {
  for (let i = 0; i < x.length; i++) [result[i], slopes[i]] = [x[i] ** 2, 2 * x[i]];
});

/** The second measurement behind the first, twice as large. */
const junction: Junction = {
  outputShape: [4],
  field: 'real',
  join: ([a, b]) => floatArray(Float32Array.of(...a.data, ...b.data.map((value) => 2 * value)), [4]),
  split: ({ data }) => [
    floatArray(data.slice(0, 2), shape),
    floatArray(
      data.slice(2).map((value) => 2 * value),
      shape,
    ),
  ],
};

describe('parallel', () => {
  it('joins what each operator measures, and adds up what each sends back', async () => {
    const operator = parallel([weights(1, 2), weights(3, 4)], junction);
    expect([...(await operator.apply(filled(shape, 1))).data]).toEqual([1, 2, 6, 8]);
    const { pullback } = await operator.linearize(filled(shape, 1));
    expect([...(await pullback(filled([4], 1))).data]).toEqual([7, 10]);
    await expectSound(operator);
  });

  it('is nonlinear where a part is, and releases every part', async () => {
    const released: number[] = [];
    const watched = (part: ForwardOperator, k: number): ForwardOperator => ({
      ...part,
      linearize: async (x) => ({ ...(await part.linearize(x)), release: () => released.push(k) }),
    });
    const operator = parallel([watched(squares, 0), watched(squares, 1)], junction);
    await expectSound(operator);
    released.length = 0;
    (await operator.linearize(filled(shape, 1))).release();
    expect(released).toEqual([0, 1]);
  });

  it('is a staircase where a part is', async () => {
    const rounded = straightThrough((x) => mapArray(x, Math.round), weights(1, 1));
    const operator = parallel([rounded, squares], junction);
    expect(operator.surrogate).toBeDefined();
    expect([...(await operator.apply(filled(shape, 0.6))).data]).toEqual([
      1,
      1,
      ...[0.72, 0.72].map((value) => expect.closeTo(value, 6)),
    ]);
    await expectSound(operator);
  });
});

it('added sums into a new array', () => {
  const parts = [filled(shape, 1), filled(shape, 2)];
  expect([...added(parts, shape).data]).toEqual([3, 3]);
  expect([...parts[0].data]).toEqual([1, 1]);
});

it('operators of other images are refused by what combines them', () => {
  expect(() => requireSameInput([], 'a sum')).toThrow('a sum needs at least one operator');
  expect(() =>
    requireSameInput([weights(1, 1), diagonal([1, 2, 2], new Float32Array(4))], 'a stack'),
  ).toThrow('a stack needs operators of the same image, but they take arrays of shape 1×1×2 and 1×2×2');
});
