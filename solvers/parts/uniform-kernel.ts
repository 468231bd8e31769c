/**
 * The uniform kernel of level σ: each token is drawn anew from all K with chance 1 − exp(−σ) (Austin et al. 2021, arXiv
 * 2107.03006), and the steps back from it.
 */
import { type Tokens, withIds } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import type { Context } from '../solver.js';
import { chancesAt, drawToken, normalise } from './categorical.js';

/** log of how much likelier the kernel leaves a token than makes it one certain other. */
export function coupling(sigma: number, count: number): number {
  const kept = Math.exp(-sigma);
  return Math.log((1 + (count - 1) * kept) / -Math.expm1(-sigma));
}

/**
 * Draws tokens given those that the kernel of level σ made of them, in `steps` runs of the network: of each token by
 * itself the law q(x_s | x_t) = Σ_k q(x_s | x_t, x_0 = k) p(x_0 = k | x_t), exact as steps become many.
 */
export async function reverseUniform(
  prior: Pick<MaskedPrior, 'sigmaRange'> & Required<Pick<MaskedPrior, 'uniformLogits'>>,
  tokens: Tokens,
  sigma: number,
  steps: number,
  context: Context,
): Promise<Tokens> {
  const [least, most] = prior.sigmaRange ?? [0, Number.POSITIVE_INFINITY];
  let current = tokens;
  for (let step = 0; step < steps; step++) {
    await context.step(step, steps);
    const [from, to] = [level(sigma, step, steps), level(sigma, step + 1, steps)];
    const asked = Math.min(most, Math.max(least, from));
    const logits = await prior.uniformLogits(current, asked, context.signal);
    const random = context.random('back', step);
    const ids = current.ids.map((id, i) => drawToken(earlier(chancesAt(logits, i), id, from, to), random));
    current = withIds(current, ids);
  }
  return current;
}

/** From σ in even ratios down to a hundredth of it, and then 0. */
function level(sigma: number, step: number, steps: number): number {
  return step === steps ? 0 : sigma * 0.01 ** (step / steps);
}

/**
 * The law of a token at level `to` that is `now` at level `from`, in place of `chances`, its law at level 0: with each
 * of these divided by how likely the kernel makes `now` of it, for that is in them already.
 */
export function earlier(chances: Float64Array, now: number, from: number, to: number): Float64Array {
  const count = chances.length;
  const [kept, keptBefore, keptBetween] = [Math.exp(-from), Math.exp(-to), Math.exp(to - from)];
  let sum = 0;
  for (let k = 0; k < count; k++) {
    chances[k] /= (k === now ? kept : 0) + (1 - kept) / count;
    sum += chances[k];
  }
  for (let k = 0; k < count; k++) {
    const before = keptBefore * chances[k] + ((1 - keptBefore) / count) * sum;
    chances[k] = before * ((k === now ? keptBetween : 0) + (1 - keptBetween) / count);
  }
  return normalise(chances);
}
