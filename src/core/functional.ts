/** What samples say of a number that an image has: the brightness of a region, a difference of two, a maximum. */
import { kindOf, requireArray, requireFunctions } from './arguments.js';
import { type FloatArray, floatArray, formatShape } from './array.js';
import { UsageError } from './errors.js';
import { summarise } from './posterior.js';

/** Of one number. */
export interface NumberSummary {
  readonly mean: number;
  readonly median: number;
  /** Absent with fewer than two samples, as are the ends of the interval. */
  readonly sd?: number;
  readonly lower?: number;
  readonly upper?: number;
}

/**
 * Summarises a number of each sample as `summarise` does a pixel. Pixels depend on one another, so that the interval of
 * a mean over a region cannot be had from the intervals of its pixels: it needs the samples.
 * @param level of the interval, in (0, 1).
 * @example
 * ```ts
 * import { regionMean, summariseNumber, zeros } from 'retrodict';
 *
 * const samples = [zeros([3, 16, 16]), zeros([3, 16, 16])];
 * const darker = summariseNumber(samples, (x) => regionMean(x, [0, 0, 8, 8]) - regionMean(x, [8, 8, 8, 8]), 0.9);
 * console.log(darker.mean, darker.lower, darker.upper);
 * ```
 */
export function summariseNumber(
  samples: readonly FloatArray[],
  numberOf: (sample: FloatArray) => number,
  level: number,
  logWeights?: readonly number[],
): NumberSummary {
  requireFunctions({ numberOf });
  if (!Array.isArray(samples))
    throw new UsageError(`the samples are ${kindOf(samples)}, expected a list of arrays`);
  for (const sample of samples) requireArray(sample, 'a sample');
  const numbers = samples.map((sample) => floatArray(Float32Array.of(numberOf(sample)), [1]));
  const { mean, median, sd, lower, upper } = summarise(numbers, level, logWeights);
  const known = { mean: mean.data[0], median: median.data[0] };
  if (!sd || !lower || !upper) return known;
  return { ...known, sd: sd.data[0], lower: lower.data[0], upper: upper.data[0] };
}

/**
 * The mean of a rectangle over all channels.
 * @param image [C, H, W]. @param region [top, left, height, width] in pixels, within the image.
 * @throws UsageError where it is not.
 * @example
 * ```ts
 * import { regionMean, zeros } from 'retrodict';
 *
 * console.log(regionMean(zeros([3, 16, 16]), [4, 4, 8, 8])); // 0
 * ```
 */
export function regionMean(image: FloatArray, region: readonly [number, number, number, number]): number {
  requireArray(image, 'the image');
  const [channels, height, width] = image.shape;
  const [top, left, rows, columns] = region;
  const within = top >= 0 && left >= 0 && rows > 0 && columns > 0;
  if (!(region.every(Number.isInteger) && within && top + rows <= height && left + columns <= width)) {
    const found = `found ${region.join(', ')} in ${formatShape(image.shape)}`;
    throw new UsageError(`expected a region [top, left, height, width] within the image, ${found}`);
  }
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let row = top; row < top + rows; row++) {
      for (let column = left; column < left + columns; column++) {
        sum += image.data[(c * height + row) * width + column];
      }
    }
  }
  return sum / (channels * rows * columns);
}
