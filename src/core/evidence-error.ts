/** How far an estimate of the evidence by weighted particles may be off. */
import { normalisedWeights } from './posterior.js';

/**
 * Standard error of log p(y), in nats, from one run: the weights of all descendants of each of the first N particles,
 *
 *   √ Σᵢ (Σ_{k descends from i} w̄ₖ − 1/N)²
 *
 * (Chan & Lai, Annals of Statistics 2013; Lee & Whiteley, Biometrika 2018). Where few of the first particles have
 * descendants it is near 1 and means no more than that the run does not know: the evidence may be many nats too low.
 * @param ancestors for each particle, which of the first N it descends from.
 */
export function evidenceError(ancestors: readonly number[], logWeights: readonly number[]): number {
  const count = ancestors.length;
  const families = new Float64Array(count).fill(-1 / count);
  normalisedWeights(count, logWeights).forEach((weight, k) => {
    families[ancestors[k]] += weight;
  });
  return Math.sqrt(families.reduce((sum, share) => sum + share ** 2, 0));
}
