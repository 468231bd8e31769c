/** The samplers of counted photons, with draws enough that a wrong constant of the rejection shows. */
import { describe, expect, it } from 'vitest';
import { poissonCount } from '../../../problems/noises/poisson.js';
import { keyedRandom } from '../../../src/core/random.js';
import { logGamma } from '../../../src/core/special.js';

describe('poissonCount', () => {
  // Below 10 by search, from 10 on by rejection, whose constants are at their tightest there.
  it.each([0.05, 2, 9.99, 10, 11.3, 20, 75, 1000])('draws from Poisson(%d)', (lambda) => {
    const draws = lambda < 10 ? 200_000 : 1_000_000;
    const random = keyedRandom(4, 'poisson', 0)('draws', lambda);
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const count = poissonCount(lambda, random);
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    const last = Math.ceil(lambda + 12 * Math.sqrt(lambda) + 12);
    let [statistic, cells, seen, expected] = [0, 0, 0, 0];
    for (let k = 0; k <= last; k++) {
      seen += counts.get(k) ?? 0;
      expected += draws * Math.exp(k * Math.log(lambda) - lambda - logGamma(k + 1));
      if (expected < 10) continue;
      statistic += (seen - expected) ** 2 / expected;
      cells++;
      [seen, expected] = [0, 0];
    }
    // χ² with cells − 1 degrees of freedom, in standard deviations.
    expect((statistic - (cells - 1)) / Math.sqrt(2 * (cells - 1))).toBeLessThan(4);
  });

  it('is 0 where nothing is expected', () => {
    const random = keyedRandom(4, 'poisson', 0)('nothing');
    expect([0, -1, Number.NaN].map((lambda) => poissonCount(lambda, random))).toEqual([0, 0, 0]);
  });
});
