/** What weighted samples say about every pixel: mean, median, standard deviation and an honest credible interval. */

import jstat from 'jstat';
import { requireArray } from './arguments.js';
import { type FloatArray, mapArray, zeros } from './array.js';

/** What samples say about every pixel; arrays have the shape of a sample. */
export interface Summary {
  readonly mean: FloatArray;
  readonly median: FloatArray;
  /** Sample standard deviation; absent when there are fewer than two samples. */
  readonly sd?: FloatArray;
  /** Ends of the credible interval at the level asked for; absent when there are fewer than two samples. */
  readonly lower?: FloatArray;
  readonly upper?: FloatArray;
  /** n = 1/Σw̄², the number of equally weighted samples that say as much. */
  readonly effectiveSamples: number;
}

/** Weights that sum to one, from unnormalised log-weights; equal weights without them. */
export function normalisedWeights(count: number, logWeights?: readonly number[]): Float64Array {
  const weights = new Float64Array(count).fill(1 / count);
  if (logWeights === undefined) return weights;
  const largest = Math.max(...logWeights);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    weights[k] = Math.exp(logWeights[k] - largest);
    sum += weights[k];
  }
  return weights.map((weight) => weight / sum);
}

/**
 * Summarises samples of one shape, pixel by pixel.
 *
 * The interval holds a new draw with probability `level`. While n < 2/(1−level) − 1 it is
 * mean ± t₍ₙ₋₁₎·sd·√(1+1/n), the predictive interval of n normal draws; from there on it is the order statistics at
 * ranks (n+1)(1±level)/2 (quantiles of 4 samples would cover 56 %, not 90 %). ARCHITECTURE.md §2.
 *
 * @param samples at least one, all of one shape.
 * @param level in (0, 1).
 * @param estimate of the mean, nearer to it than that of the samples: it is reported, and the interval, t₍ₙ₋₁₎·sd or
 * the order statistics, lies about it.
 * @example
 * ```ts
 * import { floatArray, summarise } from 'retrodict';
 *
 * const samples = [0.4, 0.5, 0.6].map((value) => floatArray(Float32Array.of(value), [1, 1, 1]));
 * const { mean, sd, lower, upper } = summarise(samples, 0.9);
 * console.log(mean.data, sd?.data, lower?.data, upper?.data);
 * ```
 */
export function summarise(
  samples: readonly FloatArray[],
  level: number,
  logWeights?: readonly number[],
  estimate?: FloatArray,
): Summary {
  requireArray(Object(samples)[0], 'the first sample');
  const count = samples.length;
  const weights = normalisedWeights(count, logWeights);
  const concentration = weights.reduce((sum, weight) => sum + weight * weight, 0);
  const n = 1 / concentration;
  const shape = samples[0].shape;
  const mean = zeros(shape);
  const median = zeros(shape);
  const spread =
    count > 1 && n > 1 + 1e-9 ? { sd: zeros(shape), lower: zeros(shape), upper: zeros(shape) } : undefined;
  const byOrderStatistics = n > 2 / (1 - level) - 1 - 1e-9;
  const halfWidths = spread && !byOrderStatistics ? halfWidth(n, level, estimate === undefined) : 0;

  const values = new Float64Array(count);
  const sorted = count === 1 ? undefined : new RankedValues(weights);
  for (let i = 0; i < mean.data.length; i++) {
    let average = 0;
    for (let k = 0; k < count; k++) {
      values[k] = samples[k].data[i];
      average += weights[k] * values[k];
    }
    const centre = estimate ? estimate.data[i] : average;
    mean.data[i] = centre;
    if (sorted === undefined) {
      median.data[i] = average;
      continue;
    }
    sorted.rank(values);
    median.data[i] = sorted.quantile(0.5);
    if (spread === undefined) continue;
    let squares = 0;
    for (let k = 0; k < count; k++) squares += weights[k] * (values[k] - average) ** 2;
    const sd = Math.sqrt(squares / (1 - concentration));
    spread.sd.data[i] = sd;
    const [low, high] = byOrderStatistics
      ? [sorted.quantile((1 - level) / 2) - average, sorted.quantile((1 + level) / 2) - average]
      : [-halfWidths * sd, halfWidths * sd];
    spread.lower.data[i] = centre + low;
    spread.upper.data[i] = centre + high;
  }
  return { mean, median, ...spread, effectiveSamples: n };
}

/**
 * The same of a posterior whose mean and marginal variances are known. Its interval and its median are those of the
 * normal distribution that has them.
 * @param variance absent: there is no uncertainty.
 * @param level in (0, 1).
 * @param effectiveSamples drawn besides; the summary does not depend on them.
 */
export function summariseMoments(
  mean: FloatArray,
  variance: FloatArray | undefined,
  level: number,
  effectiveSamples: number,
): Summary {
  const known = { mean, median: mean, effectiveSamples };
  if (variance === undefined) return known;
  const halfWidths = halfWidthOf(0, level);
  const sd = mapArray(variance, Math.sqrt);
  return {
    ...known,
    sd,
    lower: mapArray(mean, (value, i) => value - halfWidths * sd.data[i]),
    upper: mapArray(mean, (value, i) => value + halfWidths * sd.data[i]),
  };
}

/**
 * Half the width of the predictive interval in standard deviations: t₍ₙ₋₁₎·√(1+1/n), the root where the mean is as
 * uncertain as that of n samples.
 */
function halfWidth(n: number, level: number, ofSamples: boolean): number {
  return jstat.jStat.studentt.inv((1 + level) / 2, n - 1) * Math.sqrt(ofSamples ? 1 + 1 / n : 1);
}

/**
 * Half the width of a normal interval in standard deviations.
 * @param samples that mean and deviation are of; fewer than two: they are known.
 */
export function halfWidthOf(samples: number, level: number): number {
  return samples < 2 ? jstat.jStat.normal.inv((1 + level) / 2, 0, 1) : halfWidth(samples, level, true);
}

/** Sorts the values of one pixel and reads weighted order statistics from them, interpolating linearly. */
class RankedValues {
  private readonly order: number[];
  private readonly positions: Float64Array;
  private values: Float64Array = new Float64Array(0);
  private readonly equal: boolean;

  constructor(private readonly weights: Float64Array) {
    const count = weights.length;
    this.order = Array.from(weights.keys());
    this.equal = weights.every((weight) => weight === weights[0]);
    // With equal weights the k-th of n values stands at k/(n+1).
    this.positions = Float64Array.from(weights.keys(), (k) => (k + 1) / (count + 1));
  }

  rank(values: Float64Array): void {
    this.values = values;
    const { order } = this;
    for (let i = 1; i < order.length; i++) {
      const k = order[i];
      let j = i;
      while (j > 0 && values[order[j - 1]] > values[k]) {
        order[j] = order[j - 1];
        j--;
      }
      order[j] = k;
    }
    if (!this.equal) this.placeByWeight();
  }

  /** The weighted plotting positions: middle of each value's share of the cumulative weight, spread to k/(n+1). */
  private placeByWeight(): void {
    const { order, weights, positions } = this;
    const n = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
    let before = 0;
    for (let i = 0; i < order.length; i++) {
      const share = weights[order[i]];
      positions[i] = ((before + share / 2) * n + 0.5) / (n + 1);
      before += share;
    }
  }

  quantile(probability: number): number {
    const { order, positions, values } = this;
    const last = order.length - 1;
    if (probability <= positions[0]) return values[order[0]];
    if (probability >= positions[last]) return values[order[last]];
    let i = 1;
    while (positions[i] < probability) i++;
    const fraction = (probability - positions[i - 1]) / (positions[i] - positions[i - 1]);
    return values[order[i - 1]] + fraction * (values[order[i]] - values[order[i - 1]]);
  }
}
