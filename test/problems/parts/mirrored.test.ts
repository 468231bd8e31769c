import { describe, expect, it } from 'vitest';
import {
  cosineFilter,
  mirroredConvolution,
  mirroredEvenConvolution,
  mirroredSymmetricConvolution,
  mirrorIndex,
} from '../../../problems/parts/mirrored.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSameMatrix, expectSound } from '../sound.js';

const shape = [1, 4, 5] as const;

describe('mirrorIndex', () => {
  it('goes back and forth, each end twice', () => {
    const found = Array.from({ length: 12 }, (_, i) => mirrorIndex(i - 4, 3));
    expect(found).toEqual([2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
  });
});

describe('mirrored convolution', () => {
  // Thirteen wide on five: the mirror image is mirrored again.
  const kernel = { height: 3, width: 13, data: Float32Array.from({ length: 39 }, (_, i) => (i % 7) / 117) };

  it('is the sum over an image that goes on as its mirror image', async () => {
    const x = keyedRandom(1, 'mirrored', 0)('x').normals([...shape]);
    const y = await mirroredConvolution(shape, kernel).apply(x);
    for (let i = 0; i < 20; i++) {
      let sum = 0;
      for (let k = 0; k < 39; k++) {
        const row = mirrorIndex(Math.floor(i / 5) - (Math.floor(k / 13) - 1), 4);
        const column = mirrorIndex((i % 5) - ((k % 13) - 6), 5);
        sum += kernel.data[k] * x.data[row * 5 + column];
      }
      expect(y.data[i]).toBeCloseTo(sum, 5);
    }
    await expectSound(mirroredConvolution([2, 4, 5], kernel));
  });

  it('by an even kernel is a filter of cosines: three ways to the same matrix', async () => {
    const [vertical, horizontal] = [
      [0.5, 0.25],
      [0.4, 0.2, 0.1],
    ];
    const at = (i: number) => vertical[Math.abs(Math.floor(i / 5) - 1)] * horizontal[Math.abs((i % 5) - 2)];
    const whole = { height: 3, width: 5, data: Float32Array.from({ length: 15 }, (_, i) => at(i)) };
    const general = mirroredConvolution(shape, whole);
    await expectSameMatrix(mirroredEvenConvolution(shape, vertical, horizontal), general);
    await expectSameMatrix(mirroredSymmetricConvolution(shape, whole), general);
  });
});

describe('cosineFilter', () => {
  it('passes the check of operators, negative gains and zeros among its own', async () => {
    const transfer = Float64Array.from({ length: 20 }, (_, i) => (i === 7 ? 0 : Math.cos(i)));
    const operator = cosineFilter([2, 4, 5], transfer);
    expect(operator.norm).toBe(1);
    await expectSound(operator);
  });
});
