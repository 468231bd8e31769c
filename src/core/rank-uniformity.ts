/** Whether the ranks of true values among samples are alike, as they are where samples and truth have one law. */

/** How unlike uniform ranks are. */
export interface RankUniformity {
  /**
   * Mean squared relative deviation of a rank's frequency from 1/K, without bias: 0 for exact samples, below it by
   * chance. 0.25: frequencies are off by half.
   */
  readonly deviation: number;
  /** Standard error, by leaving out one histogram after the other; of uniform ranks too large by √2. */
  readonly error: number;
}

/**
 * Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv 1804.06788) of histograms of
 * ranks, each from samples of its own: Σ_r K·mean over pairs g ≠ h of (p_gr − 1/K)(p_hr − 1/K). Values within one
 * histogram may depend on one another.
 * @param histograms two or more, of one number K of ranks, with a count in each.
 */
export function rankUniformity(histograms: readonly (readonly number[])[]): RankUniformity {
  const ranks = histograms[0].length;
  const deviations = histograms.map((counts) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => count / total - 1 / ranks);
  });
  const sums = Array.from({ length: ranks }, (_, r) => deviations.reduce((sum, of) => sum + of[r], 0));
  const squares = deviations.reduce((sum, of) => sum + squared(of), 0);
  const count = histograms.length;
  const ofPairs = (total: number, own: number, number: number) =>
    (ranks * (total - own)) / (number * (number - 1));
  const deviation = ofPairs(squared(sums), squares, count);
  if (count < 3) return { deviation, error: Number.NaN };
  const without = deviations.map((of) =>
    ofPairs(squared(sums.map((sum, r) => sum - of[r])), squares - squared(of), count - 1),
  );
  const mean = without.reduce((sum, value) => sum + value, 0) / count;
  const spread = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { deviation, error: Math.sqrt(((count - 1) / count) * spread) };
}

function squared(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}
