/** Simulation-based calibration of a solver's samples, at the one measurement that they are of. */
import { floatArray } from '../core/array.js';
import { normalisedWeights } from '../core/posterior.js';
import type { RandomSource } from '../core/random.js';
import { type RankUniformity, rankUniformity } from '../core/rank-uniformity.js';
import { rankHistogram } from '../core/sample-scores.js';
import type { Posterior } from '../restore.js';

/** Samples that true values are ranked among: ten ranks. */
const GROUP = 9;

/**
 * Ranks draws from the exact posterior among groups of nine samples. Weighted samples are drawn by their weights first;
 * groups of them may depend on one another, and the error is too small then.
 * @param truth draws from the exact posterior: each group has its own share.
 * @returns undefined with fewer than three groups.
 */
export function exactRanks(
  { samples, logWeights }: Pick<Posterior, 'samples' | 'logWeights'>,
  truth: readonly Float64Array[],
  random: RandomSource,
): RankUniformity | undefined {
  const alike = logWeights ? drawn(samples, logWeights, random) : samples;
  const groups = Math.floor(alike.length / GROUP);
  if (groups < 3) return undefined;
  const share = Math.floor(truth.length / groups);
  const ties = random('ties');
  const histograms = Array.from({ length: groups }, (_, g) => {
    const among = alike.slice(GROUP * g, GROUP * (g + 1));
    const counts = truth
      .slice(share * g, share * (g + 1))
      .map((point) => rankHistogram(among, floatArray(Float32Array.from(point), among[0].shape), ties));
    return counts[0].map((_, rank) => counts.reduce((sum, of) => sum + of[rank], 0));
  });
  return rankUniformity(histograms);
}

/** As many samples, all of one weight. */
function drawn(
  samples: Posterior['samples'],
  logWeights: readonly number[],
  random: RandomSource,
): Posterior['samples'] {
  const weights = normalisedWeights(samples.length, logWeights);
  const stream = random('by weight');
  return samples.map(() => {
    const uniform = stream.uniform();
    let sum = 0;
    const found = weights.findIndex((weight) => {
      sum += weight;
      return uniform < sum;
    });
    return samples[found < 0 ? samples.length - 1 : found];
  });
}
