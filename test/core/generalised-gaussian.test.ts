import { describe, expect, it } from 'vitest';
import { deviationOfShape, halfWidthOfShape } from '../../src/core/generalised-gaussian.js';

describe('the generalised Gaussian', () => {
  it('has the variances of its shapes', () => {
    const variances = { 0.5: 120, 1: 2, 1.5: 0.738488, 2: 0.5, 4: 0.337989 };
    for (const [shape, variance] of Object.entries(variances)) {
      expect(deviationOfShape(Number(shape)) ** 2 / variance).toBeCloseTo(1, 5);
    }
  });

  it('has the 90 % intervals of its shapes', () => {
    const widths = { 0.5: 15.13, 1: Math.LN10, 1.5: 1.42, 2: 1.163, 4: 0.931 };
    for (const [shape, width] of Object.entries(widths)) {
      expect(halfWidthOfShape(Number(shape), 0.9) / width).toBeCloseTo(1, 2);
    }
  });
});
