import { describe, expect, it } from 'vitest';
import { Dct2d } from '../../src/core/dct.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'dct', 0);

describe('Dct2d', () => {
  const sizes = [
    [1, 1],
    [1, 6],
    [2, 2],
    [3, 2],
    [5, 8],
    [8, 5],
    [7, 19],
    [16, 12],
    [37, 40],
  ];

  it.each(sizes)('is the sum of cosines it stands for on %i×%i', (height, width) => {
    const plane = random('plane', height, width).normals([2, height, width]).data;
    const out = new Float64Array(height * width);
    new Dct2d(height, width).forward(plane, height * width, out);
    const cosine = (k: number, n: number, size: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * size));
    for (let ky = 0; ky < height; ky++) {
      for (let kx = 0; kx < width; kx++) {
        let sum = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            sum += plane[height * width + y * width + x] * cosine(ky, y, height) * cosine(kx, x, width);
          }
        }
        expect(out[ky * width + kx]).toBeCloseTo(sum, 11);
      }
    }
  });

  it.each(sizes)('inverts itself on %i×%i at an offset', (height, width) => {
    const size = height * width;
    const data = Float64Array.from(random('planes', height, width).normals([2 * size]).data);
    const plan = new Dct2d(height, width);
    const coefficients = new Float64Array(size);
    const back = new Float64Array(2 * size);
    for (const offset of [0, size]) {
      plan.forward(data, offset, coefficients);
      plan.inverse(coefficients, back, offset);
    }
    for (let i = 0; i < data.length; i++) expect(back[i]).toBeCloseTo(data[i], 12);
  });

  it('is as exact after a thousand transforms as after one', () => {
    for (const [height, width] of [
      [33, 7],
      [5, 8],
    ]) {
      const plane = random('again', height).normals([height, width]).data;
      const plan = new Dct2d(height, width);
      const once = new Float64Array(plane.length);
      const often = new Float64Array(plane.length);
      plan.forward(plane, 0, once);
      for (let i = 0; i < 1000; i++) plan.forward(plane, 0, often);
      expect(largestDifference(often, once)).toBeLessThan(1e-14);
      const back = new Float64Array(plane.length);
      for (let i = 0; i < 1000; i++) plan.inverse(once.slice(), back, 0);
      expect(largestDifference(back, plane)).toBeLessThan(1e-14);
    }
  });
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
