import { expect, it } from 'vitest';
import { channelMixing } from '../../../problems/spectra/channel-mixing.js';
import { floatArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

const matrixOf = (rows: number[][]) =>
  floatArray(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);

it('is M times the channels of each pixel', async () => {
  const x = floatArray(Float32Array.of(1, 2, 3, 10, 20, 30), [2, 1, 3]);
  const { data, shape } = await channelMixing(
    matrixOf([
      [1, 0],
      [2, 1],
      [0, -1],
    ]),
    1,
    3,
  ).apply(x);
  expect(shape).toEqual([3, 1, 3]);
  expect([...data]).toEqual([1, 2, 3, 12, 24, 36, -10, -20, -30]);
});

it.each([
  [
    'tall',
    [
      [1, 0.2],
      [0.5, 1],
      [0.3, 0.3],
    ],
  ],
  [
    'wide',
    [
      [1, 0.2, 0.4],
      [0.5, 1, 0.1],
    ],
  ],
  [
    'of a lower rank',
    [
      [1, 2],
      [2, 4],
    ],
  ],
])('a matrix that is %s: inverses and singular values agree with it', async (_, rows) => {
  await expectSound(channelMixing(matrixOf(rows), 3, 5));
});

it('has the singular values of its matrix for every pixel', () => {
  const operator = channelMixing(
    matrixOf([
      [3, 0],
      [0, -4],
    ]),
    1,
    2,
  );
  expect([...operator.svd!.values]).toEqual([4, 4, 3, 3].map((value) => expect.closeTo(value, 6)));
  expect(operator.norm).toBeCloseTo(4, 6);
});
