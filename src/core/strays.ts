/** Samples that do not explain the measurement, where others do. */

/** A misfit up to this explains it. */
const EXPLAINED = 1.5;

/** How much more one draw of a posterior may have than another, besides chance: solvers are not exact. */
const ALLOWED = 1.1;

/**
 * Log-weights, 0 and −∞, that leave such samples out. Chains of phase retrieval and its like end at one of many images
 * that are far apart, and those that do not explain the measurement are no draws from the posterior.
 * @param misfits deviance of each sample for each observed value, about 1 for a draw.
 * @param observed how many values were observed: misfits of draws differ by about √(2/observed).
 * @returns undefined where all samples explain it about as well, or none does.
 */
export function withoutStrays(misfits: readonly number[], observed: number): number[] | undefined {
  const least = Math.min(...misfits);
  if (!(least <= EXPLAINED)) return undefined;
  const most = ALLOWED * Math.max(least, 1) + 10 * Math.sqrt(2 / observed);
  const logWeights = misfits.map((misfit) => (misfit > most ? Number.NEGATIVE_INFINITY : 0));
  return logWeights.some((weight) => weight !== 0) ? logWeights : undefined;
}
