import { expect, it } from 'vitest';
import { cosineBlocks, fromCosineBlocks } from '../../../problems/restoration/cosine-blocks.js';
import { Dct2d } from '../../../src/core/dct.js';

const plane = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(3 * i) + i / 50);

it('each block is the orthonormal cosine transform of its pixels', () => {
  const coefficients = new Float32Array(5 + 128);
  cosineBlocks(plane(128), 8, 16, coefficients, 5);
  const block = Float64Array.from({ length: 64 }, (_, i) => plane(128)[(i >> 3) * 16 + 8 + (i & 7)]);
  const expected = new Float64Array(64);
  new Dct2d(8, 8).forward(block, 0, expected);
  for (const [i, value] of expected.entries()) expect(coefficients[5 + 64 + i]).toBeCloseTo(value, 5);
});

it('whole blocks come back', () => {
  const coefficients = new Float32Array(128);
  cosineBlocks(plane(128), 16, 8, coefficients, 0);
  const back = fromCosineBlocks(coefficients, 0, 16, 8);
  for (const [i, value] of plane(128).entries()) expect(back[i]).toBeCloseTo(value, 5);
});

it('torn blocks are filled up by the last row and column', () => {
  const [torn, filled] = [new Float32Array(64), new Float32Array(64)];
  cosineBlocks(plane(15), 3, 5, torn, 0);
  const whole = Float64Array.from({ length: 64 }, (_, i) => {
    return plane(15)[Math.min(i >> 3, 2) * 5 + Math.min(i & 7, 4)];
  });
  cosineBlocks(whole, 8, 8, filled, 0);
  expect(torn).toEqual(filled);
});
