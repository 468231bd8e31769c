import { describe, expect, it } from 'vitest';
import { RealFft2d } from '../../src/core/fft2d.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'fft', 0);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

describe('RealFft2d', () => {
  // First of all: later the kernels' memory is large enough for anything.
  it.each([
    [12, 8192],
    [8192, 12],
  ])('has room for its work on %i×%i', (height, width) => {
    const plan = new RealFft2d(height, width);
    const spectrum = plan.spectrum();
    const plane = new Float64Array(height * width);
    plane[0] = 1;
    plan.forward(plane, 0, spectrum);
    // A point has all frequencies alike.
    expect(spectrum.re.every((value) => Math.abs(value - 1) < 1e-12)).toBe(true);
    expect(spectrum.im.every((value) => Math.abs(value) < 1e-12)).toBe(true);
    const back = new Float64Array(plane.length);
    plan.inverse(spectrum, back, 0);
    expect(largestDifference(back, plane)).toBeLessThan(1e-14);
  });

  const sizes = [
    [1, 1],
    [1, 8],
    [8, 1],
    [2, 3],
    [5, 4],
    [9, 7],
    [16, 12],
    [23, 34],
    [40, 37],
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
        const at = ky * plan.columns + kx;
        expect(spectrum.re[at]).toBeCloseTo(re, 10);
        expect(spectrum.im[at]).toBeCloseTo(im, 10);
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

  it('is as exact after a thousand transforms as after one', () => {
    for (const [height, width] of [
      [33, 7],
      [5, 8],
    ]) {
      const plane = random('again', height).normals([height, width]).data;
      const plan = new RealFft2d(height, width);
      const once = plan.spectrum();
      const often = plan.spectrum();
      plan.forward(plane, 0, once);
      for (let i = 0; i < 1000; i++) plan.forward(plane, 0, often);
      expect(largestDifference(often.re, once.re)).toBeLessThan(1e-14);
      expect(largestDifference(often.im, once.im)).toBeLessThan(1e-14);
      const back = new Float64Array(plane.length);
      for (let i = 0; i < 1000; i++) plan.inverse(once, back, 0);
      expect(largestDifference(back, plane)).toBeLessThan(1e-14);
    }
  });
});
