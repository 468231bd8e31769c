import { describe, expect, it } from 'vitest';
import { clippingLoss } from '../../src/core/noise-clipping.js';
import { keyedRandom } from '../../src/core/random.js';

describe('clippingLoss', () => {
  it('is 1 where nothing is cut off, and that of half a bell where a half is', () => {
    expect(clippingLoss(0)).toBe(1);
    expect(clippingLoss(0.5)).toBeCloseTo(1 / (0.5 - 1 / (2 * Math.PI)), 6);
  });

  it.each([0.3, 1, 1.6])('agrees with draws whose mean lies %f deviations inside', (mean) => {
    const random = keyedRandom(0, 'clipping', 0)('draws');
    const draws = Array.from({ length: 200_000 }, () => Math.max(0, mean + random.normal()));
    const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - average) ** 2, 0) / draws.length;
    const share = draws.filter((value) => value === 0).length / draws.length;
    expect(variance * clippingLoss(share)).toBeCloseTo(1, 1.7);
  });
});
