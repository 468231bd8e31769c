/** How well samples tell where the truth may be, pixel by pixel. Samples and truth are arrays of one shape. */
import { kindOf, requireArray, requireRandom } from './arguments.js';
import { type FloatArray, formatShape, sameShape } from './array.js';
import { UsageError } from './errors.js';
import type { Random } from './random.js';

/** @throws UsageError where they are no arrays; RangeError where the shapes differ or there are fewer than two. */
function requireSamples(samples: readonly FloatArray[], truth: FloatArray): void {
  if (!Array.isArray(samples))
    throw new UsageError(`the samples are ${kindOf(samples)}, expected a list of arrays`);
  for (const sample of samples) requireArray(sample, 'a sample');
  requireArray(truth, 'the truth');
  if (samples.length < 2) throw new RangeError(`expected at least 2 samples, found ${samples.length}`);
  const other = samples.find(({ shape }) => !sameShape(shape, truth.shape));
  if (other) {
    throw new RangeError(
      `a sample has shape ${formatShape(other.shape)}, the truth ${formatShape(truth.shape)}`,
    );
  }
}

/**
 * Continuous ranked probability score, averaged over all pixels, in units of the image: 0 is best, and for samples of
 * no spread it is the mean absolute error. It is *fair* (Ferro 2014): in expectation it does not depend on the number
 * of samples N,
 *
 *   (1/N) Σ|xᵢ − x| − (1/2N(N−1)) ΣΣ|xᵢ − xⱼ|
 *
 * @param samples two or more. @throws RangeError as said.
 * @example
 * ```ts
 * import { crps, floatArray } from 'retrodict';
 *
 * const pixel = (value: number) => floatArray(Float32Array.of(value), [1, 1, 1]);
 * console.log(crps([0.1, 0.4, 0.35, 0.8].map(pixel), pixel(0.5))); // 0.0583
 * ```
 */
export function crps(samples: readonly FloatArray[], truth: FloatArray): number {
  requireSamples(samples, truth);
  const count = samples.length;
  const values = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < truth.data.length; i++) {
    for (let k = 0; k < count; k++) values[k] = samples[k].data[i];
    values.sort();
    let [distance, differences] = [0, 0];
    for (let k = 0; k < count; k++) {
      distance += Math.abs(values[k] - truth.data[i]);
      differences += (2 * k - count + 1) * values[k];
    }
    total += distance / count - differences / (count * (count - 1));
  }
  return total / truth.data.length;
}

/**
 * How often the truth had each rank among the samples, from below all of them to above all: all alike where samples are
 * draws from the law of the truth, high at both ends where they are too narrow. Pixels of one image depend on one
 * another, so that a test of uniformity needs many images and one pixel of each.
 * @param random breaks ties. @returns N + 1 counts. @throws RangeError as `crps`.
 * @example
 * ```ts
 * import { floatArray, keyedRandom, rankHistogram } from 'retrodict';
 *
 * const pixels = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
 * const random = keyedRandom(0, 'ranks', 0)('ties');
 * console.log(rankHistogram([pixels(0.2, 0.2), pixels(0.4, 0.4)], pixels(0.3, 0.9), random)); // 0, 1, 1
 * ```
 */
export function rankHistogram(samples: readonly FloatArray[], truth: FloatArray, random: Random): number[] {
  requireSamples(samples, truth);
  requireRandom(random);
  const counts = new Array<number>(samples.length + 1).fill(0);
  for (let i = 0; i < truth.data.length; i++) {
    let [below, equal] = [0, 0];
    for (const { data } of samples) {
      if (data[i] < truth.data[i]) below++;
      else if (data[i] === truth.data[i]) equal++;
    }
    counts[below + (equal > 0 ? random.integer(equal + 1) : 0)]++;
  }
  return counts;
}

/**
 * The share of pixels inside the interval between order statistics that should hold each level: of N samples, those at
 * (N + 1)(1 ± q)/2, between which one interpolates.
 * @param levels in (0, 1); of N samples at most (N − 1)/(N + 1) can be told, others are given as NaN.
 * @returns a share for each level. @throws RangeError as `crps`.
 * @example
 * ```ts
 * import { coverageCurve, keyedRandom } from 'retrodict';
 *
 * const random = keyedRandom(0, 'curve', 0);
 * const draw = (k: number) => random('draw', k).normals([1, 100, 100]);
 * console.log(coverageCurve([...Array(19).keys()].map(draw), draw(99), [0.5, 0.9])); // about 0.5, 0.9
 * ```
 */
export function coverageCurve(
  samples: readonly FloatArray[],
  truth: FloatArray,
  levels: readonly number[],
): number[] {
  requireSamples(samples, truth);
  if (!Array.isArray(levels))
    throw new UsageError(`the levels are ${kindOf(levels)}, expected a list of numbers`);
  const count = samples.length;
  const values = new Float64Array(count);
  const held = levels.map(() => 0);
  /** At the 1-based place `rank`, between two values. */
  const at = (rank: number) => {
    const below = Math.min(Math.floor(rank), count - 1);
    return values[below - 1] + (rank - below) * (values[below] - values[below - 1]);
  };
  // Rounding must not decide: 19 samples tell 90 %, by the first and the last.
  const places = levels.map((level) => Number((((count + 1) * (1 - level)) / 2).toFixed(9)));
  for (let i = 0; i < truth.data.length; i++) {
    for (let k = 0; k < count; k++) values[k] = samples[k].data[i];
    values.sort();
    const x = truth.data[i];
    places.forEach((place, k) => {
      if (place >= 1 && x >= at(place) && x <= at(count + 1 - place)) held[k]++;
    });
  }
  return held.map((number, k) => (places[k] >= 1 ? number / truth.data.length : Number.NaN));
}
