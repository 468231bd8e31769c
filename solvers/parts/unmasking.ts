/**
 * Drawing hidden tokens from a masked prior: ancestral sampling (Sahoo et al. 2024, arXiv 2406.07524). As the share of
 * hidden tokens falls from 1 to 0, each appears at a time of its own, uniform on [0, 1], by its law given those that
 * appeared before; those that appear in the same step are drawn independently, which errs by O(1/steps).
 */
import { type Tokens, withIds } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import type { Random } from '../../src/core/random.js';
import type { Context } from '../solver.js';
import { chancesAt, drawToken } from './categorical.js';

type Network = Pick<MaskedPrior, 'logits' | 'codebook'>;

/**
 * Draws every hidden token. @param steps at most so many runs of the network; those in which none appears need none.
 */
export async function unmask(
  prior: Network,
  tokens: Tokens,
  steps: number,
  context: Context,
): Promise<Tokens> {
  const random = context.random('unmask');
  const [count] = prior.codebook.shape;
  const due = Array.from({ length: steps }, (): number[] => []);
  tokens.ids.forEach((id, i) => {
    if (id === count) due[Math.floor(random.uniform() * steps)].push(i);
  });
  let current = tokens;
  for (const [step, positions] of due.entries()) {
    await context.step(step, steps);
    if (positions.length > 0) current = await reveal(prior, current, positions, random, context.signal);
  }
  return current;
}

/** Draws hidden tokens one by one in random order: exact for an exact prior. */
export async function unmaskOneByOne(
  prior: Network,
  tokens: Tokens,
  random: Random,
  signal?: AbortSignal,
): Promise<Tokens> {
  const [count] = prior.codebook.shape;
  const hidden = [...tokens.ids.keys()].filter((i) => tokens.ids[i] === count);
  let current = tokens;
  while (hidden.length > 0) {
    const [next] = hidden.splice(random.integer(hidden.length), 1);
    current = await reveal(prior, current, [next], random, signal);
  }
  return current;
}

async function reveal(
  prior: Network,
  tokens: Tokens,
  positions: readonly number[],
  random: Random,
  signal?: AbortSignal,
): Promise<Tokens> {
  const logits = await prior.logits(tokens, signal);
  const ids = tokens.ids.slice();
  for (const i of positions) ids[i] = drawToken(chancesAt(logits, i), random);
  return withIds(tokens, ids);
}
