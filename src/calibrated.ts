/** The intervals of a posterior as a calibration has them. */
import type { Problem } from '../problems/problem.js';
import { type CalibrationCard, levelOf, promiseInWords } from './calibration-card.js';
import { type FloatArray, mapArray, sameShape } from './core/array.js';
import type { PromiseKind } from './core/interval-calibration.js';
import type { Summary } from './core/posterior.js';
import { featuresOf } from './core/predicted-spread.js';
import { type Features, scaled } from './core/spread-groups.js';

/** A calibration to go by. */
export interface Calibrating {
  /** What `readCalibration` gives. */
  readonly card: CalibrationCard;
  /** Default `average`. */
  readonly promise?: PromiseKind;
}

/** What is said of a calibrated interval. */
export interface Calibrated {
  readonly promise: PromiseKind;
  /** What is promised. */
  readonly words: string;
  /** Why it may not hold here: this image is not like those of the calibration. */
  readonly doubt?: string;
}

/** What a calibration goes by. @param samples that the standard deviation is of. */
export function featuresIn(
  { mean, sd }: Pick<Summary, 'mean' | 'sd'>,
  samples: number,
  { operator, measurementShape }: Problem,
): Features {
  // Holes of a measurement that is no image are not those of the image.
  const observed = sameShape(mean.shape, measurementShape) ? operator.observed : undefined;
  return featuresOf({ mean, sd, samples, observed });
}

/** The spread as a root mean square, which tells an image that is harder than others. */
export function overallSpread({ spread }: Features): number {
  return Math.sqrt(spread.reduce((sum, value) => sum + value * value, 0) / spread.length);
}

export function averageOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Ends of the interval, symmetric about the mean; not cut off at 0 and 1.
 * @throws UsageError where the card has no such level or does not promise this.
 */
export function calibratedInterval(
  summary: Pick<Summary, 'mean' | 'sd'> & { readonly misfit: readonly number[]; readonly samples: number },
  problem: Problem,
  level: number,
  { card, promise = 'average' }: Calibrating,
): { readonly lower: FloatArray; readonly upper: FloatArray; readonly calibration: Calibrated } {
  const { factors, offsets } = levelOf(card, level, promise, 'the calibration');
  const features = featuresIn(summary, summary.samples, problem);
  const half = scaled(features, card.grouping, factors).map((width) => offsets[promise]! * width);
  const doubt = doubtOf(card, overallSpread(features), summary.misfit);
  return {
    lower: mapArray(summary.mean, (value, i) => value - half[i]),
    upper: mapArray(summary.mean, (value, i) => value + half[i]),
    calibration: { promise, words: promiseInWords(card, level, promise), ...(doubt && { doubt }) },
  };
}

/** A little beyond the images seen is no other kind of image. */
const SLACK = 1.25;

function doubtOf({ ranges }: CalibrationCard, spread: number, misfit: readonly number[]): string | undefined {
  const figures = [
    { what: 'predicted spread', value: 255 * spread, range: ranges.spread.map((end) => 255 * end) },
    ...(misfit.length > 0 ? [{ what: 'misfit', value: averageOf(misfit), range: ranges.misfit }] : []),
  ];
  for (const { what, value, range } of figures) {
    const [low, high] = range;
    if (value >= low / SLACK && value <= high * SLACK) continue;
    const seen = `${low.toPrecision(3)} to ${high.toPrecision(3)}`;
    return `the ${what} is ${value.toPrecision(3)}, and that of the calibration's images was ${seen}`;
  }
  return undefined;
}
