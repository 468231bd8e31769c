import { describe, expect, it } from 'vitest';
import { tokenGrid } from '../../../models/masked/tokens.js';
import { unmask, unmaskOneByOne } from '../../../solvers/parts/unmasking.js';
import { keyedRandom } from '../../../src/core/random.js';
import { POSTERIOR, PRIOR, stateOf, tokenPrior, totalVariation } from '../three-tokens.js';

const hidden = tokenGrid([1, 3], 3);

function contextOf(k: number) {
  return { random: keyedRandom(0, 'unmasking', k), step: async () => {} };
}

async function drawn(draws: number, draw: (k: number) => Promise<{ ids: Int32Array }>) {
  const counts = Array<number>(27).fill(0);
  for (let k = 0; k < draws; k++) counts[stateOf(await draw(k))]++;
  return counts;
}

describe('unmask', () => {
  // Limits: the bias of so many parallel steps (enumerated: .35451, .09543, .00610; .00265), and the noise of counts.
  it.each([
    { law: PRIOR, steps: 1, bias: 0.35451 },
    { law: PRIOR, steps: 4, bias: 0.09543 },
    { law: PRIOR, steps: 64, bias: 0.0061 },
    { law: POSTERIOR, steps: 64, bias: 0.00265 },
  ])(
    'is off by $bias in total variation with $steps steps',
    { timeout: 30_000 },
    async ({ law, steps, bias }) => {
      const draws = 1_500;
      const counts = await drawn(draws, (k) => unmask(tokenPrior(law), hidden, steps, contextOf(k)));
      // Of 27 counts alone: about half of Σ √(2 p/(π draws)).
      const noise = law.reduce((sum, p) => sum + 0.5 * Math.sqrt((2 * p) / (Math.PI * draws)), 0);
      expect(totalVariation(law, counts)).toBeGreaterThan(bias - 2 * noise);
      expect(totalVariation(law, counts)).toBeLessThan(bias + 2 * noise);
    },
  );

  it('runs the network only where a token appears, and leaves what is not hidden', async () => {
    let runs = 0;
    const prior = tokenPrior();
    const counting = {
      ...prior,
      logits: (tokens: Parameters<typeof prior.logits>[0]) => {
        runs++;
        return prior.logits(tokens);
      },
    };
    const given = { ...hidden, ids: Int32Array.of(3, 1, 3) };
    const { ids } = await unmask(counting, given, 100, contextOf(0));
    expect(runs).toBe(2);
    expect(ids[1]).toBe(1);
    expect([...given.ids]).toEqual([3, 1, 3]);
  });
});

it('one by one there is no bias', { timeout: 30_000 }, async () => {
  const draws = 1_500;
  const counts = await drawn(draws, (k) =>
    unmaskOneByOne(tokenPrior(POSTERIOR), hidden, keyedRandom(0, 'one by one', k)('order')),
  );
  expect(totalVariation(POSTERIOR, counts)).toBeLessThan(0.06);
});

it('greedy decoding of the likeliest token is no sampler: the reason why none is here', async () => {
  // MaskGIT's (Chang et al. 2022, arXiv 2202.04200) without its noise: draw all, keep the surest, hide the rest again.
  const prior = tokenPrior(POSTERIOR);
  const counts = await drawn(3_000, async (k) => {
    const random = keyedRandom(0, 'greedy', k)('draw');
    const ids = hidden.ids.slice();
    while (ids.includes(3)) {
      const { data } = await prior.logits({ ...hidden, ids });
      const guesses = [0, 1, 2]
        .filter((l) => ids[l] === 3)
        .map((l) => {
          const chances = [0, 1, 2].map((token) => Math.exp(data[3 * token + l]));
          const sum = chances.reduce((a, b) => a + b);
          let [token, left] = [0, random.uniform() * sum];
          while (left > chances[token]) left -= chances[token++];
          return { l, token, sure: chances[token] / sum };
        });
      const { l, token } = guesses.reduce((a, b) => (b.sure > a.sure ? b : a));
      ids[l] = token;
    }
    return { ids };
  });
  expect(totalVariation(POSTERIOR, counts)).toBeCloseTo(0.44, 1);
});
