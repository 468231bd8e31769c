/** How well a standard deviation or an interval tells how far off an estimate is, pixel by pixel. */
import { requireArrays, requireNumbers } from './arguments.js';
import { type FloatArray, formatShape, sameShape } from './array.js';

/** @throws UsageError where one is no array; RangeError where their shapes differ. */
function requireShapes(named: Readonly<Record<string, FloatArray>>): void {
  requireArrays(named);
  const arrays = Object.values(named);
  const [first, ...others] = arrays.map(({ shape }) => shape);
  const other = others.find((shape) => !sameShape(shape, first));
  if (other)
    throw new RangeError(
      `expected arrays of one shape, found ${formatShape(first)} and ${formatShape(other)}`,
    );
}

/**
 * Root mean square of the standard deviation over that of the error of the mean: 1 is right, below 1 is too sure.
 * @param samples how many samples mean and deviation are of: their mean is off by its own deviation besides. Absent
 * where the mean is not one of samples.
 * @throws RangeError where shapes differ.
 * @example
 * ```ts
 * import { floatArray, spreadSkill } from 'retrodict';
 *
 * const pixel = (value: number) => floatArray(Float32Array.of(value), [1, 1, 1]);
 * console.log(spreadSkill(pixel(0.5), pixel(0.1), pixel(0.7))); // 0.5
 * ```
 */
export function spreadSkill(mean: FloatArray, sd: FloatArray, truth: FloatArray, samples?: number): number {
  requireShapes({ mean, sd, truth });
  let [variance, error] = [0, 0];
  for (let i = 0; i < truth.data.length; i++) {
    variance += sd.data[i] ** 2;
    error += (mean.data[i] - truth.data[i]) ** 2;
  }
  return Math.sqrt(((samples === undefined ? 1 : 1 + 1 / samples) * variance) / error);
}

/** Of intervals against the truth. */
export interface IntervalScore {
  /** The share of pixels inside. */
  readonly held: number;
  /** The mean width. */
  readonly width: number;
  /**
   * Mean of width + (2/α)·(distance outside), α = 1 − level (Gneiting and Raftery 2007): least for the true quantiles.
   */
  readonly score: number;
}

/**
 * Scores intervals that should hold the truth with probability `level`.
 * @throws RangeError where shapes differ.
 * @example
 * ```ts
 * import { floatArray, intervalScore } from 'retrodict';
 *
 * const pixel = (value: number) => floatArray(Float32Array.of(value), [1, 1, 1]);
 * console.log(intervalScore(pixel(0.2), pixel(0.4), pixel(0.5), 0.9)); // held 0, width 0.2, score 2.2
 * ```
 */
export function intervalScore(
  lower: FloatArray,
  upper: FloatArray,
  truth: FloatArray,
  level: number,
): IntervalScore {
  requireShapes({ lower, upper, truth });
  requireNumbers({ level });
  const count = truth.data.length;
  let [held, width, outside] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [low, high, x] = [lower.data[i], upper.data[i], truth.data[i]];
    if (x >= low && x <= high) held++;
    width += high - low;
    outside += Math.max(0, low - x) + Math.max(0, x - high);
  }
  return { held: held / count, width: width / count, score: (width + (2 / (1 - level)) * outside) / count };
}

/** Shares of pixels that are left out one after the other. */
const SHARES = Array.from({ length: 20 }, (_, k) => k / 20);

/**
 * Area between two curves of the root mean square error of the pixels that remain, over that of all: when those of the
 * largest standard deviation are left out first, and when those of the largest error are (AUSE, Ilg et al. 2018). 0:
 * the deviation knows the order of the errors.
 * @throws RangeError where shapes differ.
 * @example
 * ```ts
 * import { floatArray, sparsification } from 'retrodict';
 *
 * const pixels = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
 * console.log(sparsification(pixels(0, 0, 0), pixels(1, 2, 3), pixels(0.1, 0.2, 0.3))); // 0
 * ```
 */
export function sparsification(mean: FloatArray, sd: FloatArray, truth: FloatArray): number {
  requireShapes({ mean, sd, truth });
  const squares = mean.data.map((value, i) => (value - truth.data[i]) ** 2);
  const bySpread = remaining(squares, sd.data);
  const byError = remaining(squares, squares);
  return bySpread.reduce((sum, error, k) => sum + error - byError[k], 0) / (SHARES.length * bySpread[0]);
}

/** Root mean square error once the pixels of the largest `key` are left out, for each share. */
function remaining(squares: Float32Array, key: Float32Array): number[] {
  const order = Uint32Array.from(key.keys()).sort((a, b) => key[a] - key[b]);
  const sums = new Float64Array(order.length + 1);
  order.forEach((place, k) => {
    sums[k + 1] = sums[k] + squares[place];
  });
  return SHARES.map((share) => {
    const left = Math.max(1, Math.round((1 - share) * order.length));
    return Math.sqrt(sums[left] / left);
  });
}
