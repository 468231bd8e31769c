import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floatArray, mapArray, sizeOf } from '../../src/core/array.js';
import { psnr, ssim } from '../../src/core/metrics.js';

// Made by test/fixtures/metrics/make.py with scikit-image, from the same formulas.
const expected = JSON.parse(
  readFileSync(new URL('../fixtures/metrics/metrics.json', import.meta.url), 'utf8'),
);
const [channels, height, width] = expected.shape as number[];

function image(formula: (c: number, i: number, j: number) => number) {
  const data = new Float32Array(sizeOf([channels, height, width]));
  for (let k = 0; k < data.length; k++) {
    data[k] = formula(Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width);
  }
  return floatArray(data, [channels, height, width]);
}

const truth = image((c, i, j) => 0.5 + 0.4 * Math.sin(0.31 * i + 0.5 * c) * Math.cos(0.17 * j));
const estimate = mapArray(truth, (value, k) => {
  const [c, i, j] = [Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width];
  return value + 0.08 * Math.sin(1.7 * i * (c + 1) + 2.3 * j);
});

describe('metrics', () => {
  it('agree with scikit-image', () => {
    expect(psnr(estimate, truth)).toBeCloseTo(expected.psnr, 6);
    expect(ssim(estimate, truth)).toBeCloseTo(expected.ssim, 6);
  });

  it('are perfect for equal images', () => {
    expect(psnr(truth, truth)).toBe(Number.POSITIVE_INFINITY);
    expect(ssim(truth, truth)).toBeCloseTo(1, 12);
  });

  it('take images smaller than the window', () => {
    const pixel = floatArray(Float32Array.of(0.3), [1, 1, 1]);
    expect(ssim(pixel, pixel)).toBeCloseTo(1, 12);
  });

  // One window over the whole: (2μν + c₁)(2σₓᵧ + c₂)/((μ² + ν² + c₁)(σₓ² + σᵧ² + c₂)) of all pixels alike.
  it.each([
    [1, 10],
    [10, 10],
    [3, 7],
  ])('take an image of %i×%i for one window', (rows, columns) => {
    const size = rows * columns;
    const values = (f: (i: number) => number) => Float32Array.from({ length: size }, (_, i) => f(i));
    const [x, y] = [values((i) => 0.5 + 0.3 * Math.sin(i)), values((i) => 0.4 + 0.3 * Math.sin(i + 0.4))];
    const mean = (f: (i: number) => number) => values(f).reduce((sum, value) => sum + value / size, 0);
    const [a, b] = [mean((i) => x[i]), mean((i) => y[i])];
    const [xx, yy, xy] = [
      mean((i) => (x[i] - a) ** 2),
      mean((i) => (y[i] - b) ** 2),
      mean((i) => (x[i] - a) * (y[i] - b)),
    ];
    const expectedValue =
      ((2 * a * b + 1e-4) * (2 * xy + 9e-4)) / ((a * a + b * b + 1e-4) * (xx + yy + 9e-4));
    const shape = [1, rows, columns];
    expect(ssim(floatArray(x, shape), floatArray(y, shape))).toBeCloseTo(expectedValue, 5);
  });

  it('refuse images of different shapes', () => {
    const other = floatArray(new Float32Array(3), [3, 1, 1]);
    expect(() => psnr(other, truth)).toThrow('cannot compare images of shapes 3×1×1 and 3×29×37');
  });
});
