/** What the traces of Markov chains tell of how far they have come: one number a step, several chains. */

/**
 * How many independent draws the chains are worth together: their length over 1 + 2 Σ ρ_t, the autocorrelations ρ_t
 * summed in pairs until a pair is negative (Geyer 1992), between-chain variance counted in (Vehtari et al. 2021, arXiv
 * 1903.08008, eq. 10).
 * @param traces of one length, at least 4. @returns 0 where nothing moved: that says nothing.
 */
export function effectiveDraws(traces: readonly ArrayLike<number>[]): number {
  const { within, total, length } = variances(traces);
  if (!(total > 0)) return 0;
  const correlation = (lag: number) => {
    const mean = traces.reduce((sum, trace) => sum + autocovariance(trace, lag), 0) / traces.length;
    return 1 - (within - mean) / total;
  };
  let sum = 0;
  for (let lag = 0; lag + 1 < length; lag += 2) {
    const pair = correlation(lag) + correlation(lag + 1);
    if (pair < 0) break;
    sum += pair;
  }
  // Pairs begin at lag 0, whose correlation is 1.
  return (traces.length * length) / Math.max(2 * sum - 1, 1 / Math.log10(traces.length * length));
}

/**
 * R-hat of chains cut in halves (Gelman et al. 2013, Bayesian data analysis, §11.4): near 1 where they agree, above 1.1
 * where they do not. @param traces of one length, at least 4. @returns 1 where nothing moved.
 */
export function splitRHat(traces: readonly ArrayLike<number>[]): number {
  const half = Math.floor(traces[0].length / 2);
  const halves = traces.flatMap((trace) => {
    const values = Array.from(trace);
    return [values.slice(0, half), values.slice(-half)];
  });
  const { within, total } = variances(halves);
  if (within > 0) return Math.sqrt(total / within);
  return total > 0 ? Number.POSITIVE_INFINITY : 1;
}

/** The mean variance within chains, and the estimate of the whole variance from within and between. */
function variances(traces: readonly ArrayLike<number>[]) {
  const length = traces[0].length;
  const means = traces.map(meanOf);
  const within = traces.reduce((sum, trace) => sum + autocovariance(trace, 0), 0) / traces.length;
  const unbiased = (within * length) / (length - 1);
  const centre = meanOf(means);
  const between =
    means.length > 1 ? means.reduce((sum, mean) => sum + (mean - centre) ** 2, 0) / (means.length - 1) : 0;
  return { within: unbiased, total: within + between, length };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function autocovariance(trace: ArrayLike<number>, lag: number): number {
  const mean = meanOf(trace);
  let sum = 0;
  for (let i = 0; i + lag < trace.length; i++) sum += (trace[i] - mean) * (trace[i + lag] - mean);
  return sum / trace.length;
}
