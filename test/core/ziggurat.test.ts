import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { keyedRandom } from '../../src/core/random.js';
import { standardNormal } from '../../src/core/ziggurat.js';

const normalCdf = (x: number) => jstat.jStat.normal.cdf(x, 0, 1);

describe('standardNormal', () => {
  it('draws from the density: in every strip, on the slopes of the layers and far out', () => {
    const [draws, width, edge] = [2_000_000, 0.05, 4];
    const random = keyedRandom(5, 'ziggurat', 0)('test');
    const strips = Math.round((2 * edge) / width);
    // The first and the last strip hold what lies beyond.
    const counts = new Float64Array(strips + 2);
    for (let i = 0; i < draws; i++) {
      counts[1 + Math.max(-1, Math.min(strips, Math.floor((random.normal() + edge) / width)))]++;
    }
    let statistic = 0;
    for (let strip = 0; strip < strips + 2; strip++) {
      const below = strip === 0 ? 0 : normalCdf(width * (strip - 1) - edge);
      const above = strip === strips + 1 ? 1 : normalCdf(width * strip - edge);
      const expected = draws * (above - below);
      statistic += (counts[strip] - expected) ** 2 / expected;
    }
    // χ² with a degree of freedom for each strip but one, in standard deviations.
    expect((statistic - (strips + 1)) / Math.sqrt(2 * (strips + 1))).toBeLessThan(4);
  });

  it.each([
    { side: 1, word: 0xffffff80 },
    { side: -1, word: 0 },
  ])('beyond the outermost layer draws from the tail, to the side $side', ({ side, word }) => {
    const draws = 100_000;
    const start = 3.442619855899;
    const random = keyedRandom(6, 'tail', 0)('test', side);
    // Words of layer 0 at its very end.
    const words = { uint32: () => word, uniform: () => random.uniform() };
    const sorted = Float64Array.from({ length: draws }, () => side * standardNormal(words)).sort();
    let distance = 0;
    for (let i = 0; i < draws; i++) {
      const beyond = normalCdf(-sorted[i]) / normalCdf(-start);
      distance = Math.max(distance, Math.abs(1 - (i + 0.5) / draws - beyond));
    }
    expect(sorted[0]).toBeGreaterThan(start);
    expect(distance).toBeLessThan(1.95 / Math.sqrt(draws)); // 99.9 % point of Kolmogorov's distribution
  });

  it('takes the middle of a layer without a second draw', () => {
    const words = {
      uint32: () => (2 ** 31 + 2 ** 20 + 5) >>> 0,
      uniform: () => {
        throw new Error('no second draw is needed');
      },
    };
    expect(Math.abs(standardNormal(words))).toBeLessThan(0.01);
  });
});
