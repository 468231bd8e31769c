import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { develop } from '../../src/report/develop.js';

const identity = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

describe('develop', () => {
  it('balances white, then encodes as sRGB does', () => {
    const image = floatArray(Float32Array.of(0.25, 0.5, 0.375), [3, 1, 1]); // grey, seen through 2, 1, 4/3
    const grey = develop(image, { whiteBalance: [2, 1, 4 / 3], toSrgb: identity });
    for (const value of grey.data) expect(value).toBeCloseTo(0.73536, 4); // IEC 61966-2-1 of 0.5
  });

  it('mixes colours by the matrix, and clips lights to white', () => {
    const image = floatArray(Float32Array.of(1, 1, 1), [3, 1, 1]);
    const swapped = [identity[1], identity[0], identity[2]];
    expect([...develop(image, { whiteBalance: [2, 1, 1.5], toSrgb: swapped }).data]).toEqual([1, 1, 1]);
    const red = floatArray(Float32Array.of(1, 0, 0), [3, 1, 1]);
    expect([...develop(red, { whiteBalance: [1, 1, 1], toSrgb: swapped }).data]).toEqual([0, 1, 0]);
  });
});
