import { describe, expect, it } from 'vitest';
import { fastSize, fourier, RealFft2d } from '../../src/core/fft.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'fft', 0);

/** The definition, with the angle reduced before it is rounded. */
function naive(x: Float64Array): Float64Array {
  const size = x.length / 2;
  const out = new Float64Array(x.length);
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * ((k * n) % size)) / size;
      out[2 * k] += x[2 * n] * Math.cos(angle) - x[2 * n + 1] * Math.sin(angle);
      out[2 * k + 1] += x[2 * n] * Math.sin(angle) + x[2 * n + 1] * Math.cos(angle);
    }
  }
  return out;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

describe('fourier', () => {
  // Powers of two, small odd multiples of them, and sizes that only Bluestein serves.
  it.each([1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 19, 24, 31, 34, 51, 60, 64, 97, 100, 127, 250, 256])(
    'is the sum it stands for at size %i',
    (size) => {
      const x = Float64Array.from({ length: 2 * size }, () => random('line', size).normal());
      const out = new Float64Array(2 * size);
      fourier(size)(x, out);
      expect(largestDifference(out, naive(x))).toBeLessThan(1e-13 * size);
    },
  );

  it('finds fast sizes', () => {
    expect([1, 17, 33, 280, 281, 290, 1000].map(fastSize)).toEqual([1, 18, 36, 288, 288, 320, 1024]);
  });
});

describe('RealFft2d', () => {
  const sizes = [
    [1, 1],
    [1, 8],
    [8, 1],
    [2, 3],
    [5, 4],
    [9, 7],
    [16, 12],
    [23, 34],
  ];

  it.each(sizes)('is the double sum it stands for on %i×%i', (height, width) => {
    const plane = random('plane', height, width).normals([height, width]).data;
    const plan = new RealFft2d(height, width);
    const spectrum = plan.spectrum();
    plan.forward(plane, 0, spectrum);
    for (let kx = 0; kx <= width >> 1; kx++) {
      for (let ky = 0; ky < height; ky++) {
        let [re, im] = [0, 0];
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const angle = -2 * Math.PI * ((kx * x) / width + (ky * y) / height);
            re += plane[y * width + x] * Math.cos(angle);
            im += plane[y * width + x] * Math.sin(angle);
          }
        }
        const at = 2 * (kx * height + ky);
        expect(spectrum[at]).toBeCloseTo(re, 10);
        expect(spectrum[at + 1]).toBeCloseTo(im, 10);
      }
    }
  });

  it.each(sizes)('inverts itself on %i×%i at an offset, one plan for many planes', (height, width) => {
    const data = Float64Array.from(random('planes', height, width).normals([3, height, width]).data);
    const plan = new RealFft2d(height, width);
    const back = new Float64Array(data.length);
    const spectrum = plan.spectrum();
    for (let c = 0; c < 3; c++) {
      plan.forward(data, c * height * width, spectrum);
      plan.inverse(spectrum, back, c * height * width);
    }
    expect(largestDifference(back, data)).toBeLessThan(1e-13);
  });
});
