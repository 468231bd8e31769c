import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { imagesNeeded, isRiskBelow, riskBound } from '../../src/core/risk-bound.js';

describe('riskBound', () => {
  it.each([
    [0.05, 100, 0.107],
    [0.08, 200, 0.1225],
    [0.1, 10_000, 0.1055],
    // Rounded down, as the published code does, it would be 0.156.
    [0.073, 50, 0.178],
  ])('of %d over %d images is %d with 90 % confidence', (mean, n, expected) => {
    expect(riskBound(mean, n, 0.1)).toBeCloseTo(expected, expected < 0.15 ? 4 : 3);
  });

  it('is the exact bound where nothing was lost: (1 − risk)ⁿ = δ', () => {
    expect(riskBound(0, 40, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 40), 9);
    expect(riskBound(1, 40, 0.05)).toBe(1);
  });

  it('is wrong at most as often as said, for losses of any law', () => {
    const laws = [(u: number) => (u < 0.2 ? 1 : 0), (u: number) => 0.4 * u, (u: number) => u ** 9];
    const expectations = [0.2, 0.2, 0.1];
    const [trials, n] = [2000, 25];
    laws.forEach((law, k) => {
      const random = keyedRandom(0, 'risk bound', k)('losses');
      let wrong = 0;
      for (let t = 0; t < trials; t++) {
        const losses = Array.from({ length: n }, () => law(random.uniform()));
        const mean = losses.reduce((sum, loss) => sum + loss, 0) / n;
        if (isRiskBelow(expectations[k], mean, n, 0.2)) wrong++;
      }
      // Standard error 0.009.
      expect(wrong / trials).toBeLessThan(0.2 + 2 * 0.009);
    });
  });
});

describe('imagesNeeded', () => {
  it('is the least number with which a bound can be met', () => {
    expect(imagesNeeded(0.1, 0.05)).toBe(29);
    expect(riskBound(0, 29, 0.05)).toBeLessThanOrEqual(0.1);
    expect(riskBound(0, 28, 0.05)).toBeGreaterThan(0.1);
  });
});
