import { describe, expect, it } from 'vitest';
import { earlier, reverseUniform } from '../../../solvers/parts/uniform-kernel.js';
import { keyedRandom } from '../../../src/core/random.js';
import { differing, PRIOR, stateOf, tokenPrior, totalVariation } from '../three-tokens.js';

const kernel = (sigma: number, same: boolean) => (same ? Math.exp(-sigma) : 0) - Math.expm1(-sigma) / 3;

describe('steps back from the uniform kernel', () => {
  it('of one token are exact, with the law that an exact network tells', () => {
    const law = [0.6, 0.3, 0.1];
    const levels = [1.5, 1, 0.6, 0.3, 0.1, 0];
    // From the kernel's law at the first level, all the way down, token by token.
    let now = law.map((_, i) => law.reduce((sum, p, k) => sum + p * kernel(levels[0], k === i), 0));
    for (let s = 0; s + 1 < levels.length; s++) {
      const next = [0, 0, 0];
      now.forEach((share, token) => {
        const told = law.map((p, k) => p * kernel(levels[s], k === token));
        const sum = told.reduce((a, b) => a + b);
        earlier(
          Float64Array.from(told, (p) => p / sum),
          token,
          levels[s],
          levels[s + 1],
        ).forEach((p, k) => {
          next[k] += share * p;
        });
      });
      now = next;
    }
    now.forEach((p, k) => {
      expect(p).toBeCloseTo(law[k], 12);
    });
  });

  it('of three tokens that hang together are exact as steps become many', { timeout: 60_000 }, async () => {
    const [given, sigma] = [14, 0.8];
    const posterior = PRIOR.map(
      (p, x) =>
        p * kernel(sigma, true) ** (3 - differing(x, given)) * kernel(sigma, false) ** differing(x, given),
    );
    const sum = posterior.reduce((a, b) => a + b);
    const tokens = { ids: Int32Array.of(1, 1, 2), height: 1, width: 3 };
    const prior = { ...tokenPrior(), uniformLogits: tokenPrior().uniformLogits! };
    const found = Array<number>(27).fill(0);
    for (let k = 0; k < 800; k++) {
      const context = { random: keyedRandom(0, 'back', k), step: async () => {} };
      found[stateOf(await reverseUniform(prior, tokens, sigma, 20, context))]++;
    }
    expect(
      totalVariation(
        posterior.map((p) => p / sum),
        found,
      ),
    ).toBeLessThan(0.1);
  });
});
