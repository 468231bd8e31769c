import { expect, it } from 'vitest';
import { cosineBlocks, fromCosineBlocks } from '../../../problems/restoration/cosine-blocks.js';
import { Dct2d } from '../../../src/core/dct.js';

const plane = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(3 * i) + i / 50);

it('each block is the orthonormal cosine transform of its pixels', () => {
  const coefficients = cosineBlocks(plane(128), 8, 16);
  const block = Float64Array.from({ length: 64 }, (_, i) => plane(128)[(i >> 3) * 16 + 8 + (i & 7)]);
  const expected = new Float64Array(64);
  new Dct2d(8, 8).forward(block, 0, expected);
  for (const [i, value] of expected.entries()) expect(coefficients[64 + i]).toBeCloseTo(value, 12);
});

it('whole blocks come back', () => {
  const back = fromCosineBlocks(cosineBlocks(plane(128), 16, 8), 16, 8);
  for (const [i, value] of plane(128).entries()) expect(back[i]).toBeCloseTo(value, 12);
});

it('torn blocks are filled up by the last row and column', () => {
  const whole = Float64Array.from({ length: 64 }, (_, i) => {
    return plane(15)[Math.min(i >> 3, 2) * 5 + Math.min(i & 7, 4)];
  });
  expect(cosineBlocks(plane(15), 3, 5)).toEqual(cosineBlocks(whole, 8, 8));
});
