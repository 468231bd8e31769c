import { describe, expect, it } from 'vitest';
import { fastSize, fourierPlan, transformLines } from '../../src/core/fft.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'fft', 0);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

describe('transformLines', () => {
  // Powers of two and four, every odd radix, mixtures, and sizes that only Bluestein serves.
  it.each([
    1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 24, 31, 34, 49, 60, 64, 97, 100, 127, 250, 256, 343,
  ])('is the sum it stands for at size %i, for each of three lines', (size) => {
    const re = random('line', size).normals([3 * size]).data;
    const im = random('line', size, 'i').normals([3 * size]).data;
    const out = { re: new Float64Array(re), im: new Float64Array(im) };
    transformLines(fourierPlan(size), out, Int32Array.of(0, 1, 2), 3);
    for (let k = 0; k < size; k++) {
      for (let line = 0; line < 3; line++) {
        let [sumRe, sumIm] = [0, 0];
        for (let n = 0; n < size; n++) {
          const angle = (-2 * Math.PI * ((k * n) % size)) / size;
          const at = 3 * n + line;
          sumRe += re[at] * Math.cos(angle) - im[at] * Math.sin(angle);
          sumIm += re[at] * Math.sin(angle) + im[at] * Math.cos(angle);
        }
        expect(Math.abs(out.re[3 * k + line] - sumRe)).toBeLessThan(1e-13 * (size + 10));
        expect(Math.abs(out.im[3 * k + line] - sumIm)).toBeLessThan(1e-13 * (size + 10));
      }
    }
  });

  // The kernels take ten lines at a time.
  it.each([1, 6, 13, 17, 64])('transforms each of 23 lines of %i by itself, wherever they begin', (size) => {
    const [lines, gap] = [23, 2];
    const length = lines * size + gap * lines;
    const source = random('many', size);
    const data = {
      re: new Float64Array(source.normals([length]).data),
      im: new Float64Array(source.normals([length]).data),
    };
    const out = { re: data.re.slice(), im: data.im.slice() };
    const starts = Int32Array.from({ length: lines }, (_, line) => line * (size + gap) + gap);
    transformLines(fourierPlan(size), out, starts, 1);
    const expected = { re: data.re.slice(), im: data.im.slice() };
    for (const start of starts) {
      const one = { re: data.re.slice(start, start + size), im: data.im.slice(start, start + size) };
      for (let k = 0; k < size; k++) {
        let [re, im] = [0, 0];
        for (let n = 0; n < size; n++) {
          const angle = (-2 * Math.PI * ((k * n) % size)) / size;
          re += one.re[n] * Math.cos(angle) - one.im[n] * Math.sin(angle);
          im += one.re[n] * Math.sin(angle) + one.im[n] * Math.cos(angle);
        }
        expected.re[start + k] = re;
        expected.im[start + k] = im;
      }
    }
    expect(largestDifference(out.re, expected.re)).toBeLessThan(1e-12 * (size + 10));
    expect(largestDifference(out.im, expected.im)).toBeLessThan(1e-12 * (size + 10));
  });

  it('finds fast sizes', () => {
    expect([1, 17, 33, 280, 281, 290, 1000, 1001].map(fastSize)).toEqual([
      1, 18, 36, 288, 288, 300, 1000, 1024,
    ]);
  });
});
