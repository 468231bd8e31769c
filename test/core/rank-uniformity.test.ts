import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { rankUniformity } from '../../src/core/rank-uniformity.js';

const RANKS = 10;

/** Histograms of `each` ranks, of which the share `ends` lies at either end more than elsewhere. */
function histograms(seed: number, count: number, each: number, ends: number): number[][] {
  const random = keyedRandom(seed, 'histograms', 0)('ranks');
  return Array.from({ length: count }, () => {
    const counts = new Array<number>(RANKS).fill(0);
    for (let i = 0; i < each; i++) {
      const atEnd = random.uniform() < ends;
      counts[atEnd ? random.integer(2) * (RANKS - 1) : random.integer(RANKS)]++;
    }
    return counts;
  });
}

describe('rankUniformity', () => {
  // Where ranks are uniform, leaving one out states √2 too much: the statistic is then of second order.
  it('has no bias, and its error is that of repetitions, or too large by √2', () => {
    for (const ends of [0, 0.2]) {
      // Frequencies: 0.1 (1 − ends), and half of `ends` more at two places.
      const [inner, outer] = [-0.1 * ends, -0.1 * ends + ends / 2];
      const truth = RANKS * (8 * inner ** 2 + 2 * outer ** 2);
      const found = Array.from({ length: 400 }, (_, seed) => rankUniformity(histograms(seed, 20, 30, ends)));
      const mean = found.reduce((sum, { deviation }) => sum + deviation, 0) / 400;
      const spread = Math.sqrt(found.reduce((sum, { deviation }) => sum + (deviation - mean) ** 2, 0) / 399);
      const stated = Math.sqrt(found.reduce((sum, { error }) => sum + error ** 2, 0) / 400);
      expect(Math.abs(mean - truth)).toBeLessThan((3 * spread) / 20);
      expect(stated / spread).toBeGreaterThan(0.85);
      expect(stated / spread).toBeLessThan(1.5);
    }
  });

  it('of all at the two ends: 4', () => {
    const all = Array.from({ length: 5 }, () => [7, 0, 0, 0, 0, 0, 0, 0, 0, 7]);
    expect(rankUniformity(all).deviation).toBeCloseTo(4, 12);
    expect(rankUniformity(all).error).toBeCloseTo(0, 12);
  });
});
