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

  it('refuse images of different shapes', () => {
    const other = floatArray(new Float32Array(3), [3, 1, 1]);
    expect(() => psnr(other, truth)).toThrow('cannot compare images of shapes 3×1×1 and 3×29×37');
  });
});
