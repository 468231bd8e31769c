/**
 * Intervals that hold what they say, fitted on images whose truth is known. Factors by group (`spread-groups.ts`) come
 * from one part of the images, one offset that multiplies them all from the others. An image is one observation: its
 * pixels depend on one another, and are never counted as independent. Nothing is promised of single places of an image.
 */
import { isRiskBelow, riskBound } from './risk-bound.js';
import {
  type Features,
  type Grouping,
  groupingOf,
  quantile,
  quantilesByGroup,
  scaled,
  type Tables,
} from './spread-groups.js';

/** An image whose truth is known. */
export interface JudgedImage extends Features {
  /** |truth − estimate| of each value. */
  readonly error: Float32Array;
}

/**
 * What an interval promises of images like those of the calibration:
 * - `average`: the level is the share of pixels inside, on average over images; no more than that is aimed at.
 * - `risk`: on average at least the level, with confidence (RCPS, Bates et al. 2021).
 * - `images`: in at least the given share of images at least the level, with confidence.
 */
export const promises = ['average', 'risk', 'images'] as const;
/** `average`, `risk` or `images`. */
export type PromiseKind = (typeof promises)[number];

export interface LevelFit {
  /** Of the interval, in (0, 1). */
  readonly level: number;
  readonly factors: Tables;
  /** Multiplies the factors, by promise. */
  readonly offsets: Readonly<Record<PromiseKind, number>>;
  /** Share of pixels that the `average` interval holds on average over all images, with confidence. */
  readonly atLeast: number;
}

export interface IntervalFit {
  readonly grouping: Grouping;
  /** Ascending. */
  readonly levels: readonly LevelFit[];
  /** How many images the factors and the offsets are of. */
  readonly images: { readonly factors: number; readonly offsets: number };
}

export interface Asked {
  readonly levels: readonly number[];
  /** Of images, for `images`. */
  readonly share: number;
  readonly confidence: number;
}

/** Every third image is for the factors. */
export const forFactors = (k: number): boolean => k % 3 === 2;

/**
 * @param images in an order that has nothing to do with what they show; at least three, and of those for the offsets as
 * many as `imagesNeeded` says of 1 − level and of 1 − share.
 */
export function fitIntervals(
  images: readonly JudgedImage[],
  { levels, share, confidence }: Asked,
): IntervalFit {
  const chosen = images.filter((_, k) => forFactors(k));
  const judged = images.filter((_, k) => !forFactors(k));
  const grouping = groupingOf(chosen);
  const fitted: LevelFit[] = [];
  for (const level of [...levels].sort((a, b) => a - b)) {
    const factors = quantilesByGroup(chosen, grouping, level);
    const ratios = judged.map((image) => ratiosOf(image, scaled(image, grouping, factors)));
    const found = offsetsOf(ratios, level, share, 1 - confidence);
    const before = fitted.at(-1);
    const offset = (kind: PromiseKind) =>
      before === undefined
        ? found[kind]
        : Math.max(found[kind], before.offsets[kind] * largestRatio(before.factors, factors));
    fitted.push({
      level,
      factors,
      offsets: { average: offset('average'), risk: offset('risk'), images: offset('images') },
      atLeast: 1 - riskBound(1 - level, judged.length, 1 - confidence),
    });
  }
  return { grouping, levels: fitted, images: { factors: chosen.length, offsets: judged.length } };
}

/** Error over half-width, ascending: what lies above an offset is outside. */
function ratiosOf({ error }: JudgedImage, halfWidth: Float32Array): Float64Array {
  return Float64Array.from(error, (value, i) => value / halfWidth[i]).sort();
}

/** The share above. */
function outside(ratios: Float64Array, offset: number): number {
  let [low, high] = [0, ratios.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ratios[middle] > offset) high = middle;
    else low = middle + 1;
  }
  return (ratios.length - low) / ratios.length;
}

/** @param ratios of each image. @param delta 1 − confidence. */
export function offsetsOf(
  ratios: readonly Float64Array[],
  level: number,
  share: number,
  delta: number,
): Record<PromiseKind, number> {
  const n = ratios.length;
  const meanOutside = (offset: number) => ratios.reduce((sum, image) => sum + outside(image, offset), 0) / n;
  const most = Math.max(...ratios.map((image) => image[image.length - 1]));
  const allowed = 1 - level + 1e-12;
  const whole = ratios.map((image) => quantile(image, level)).sort((a, b) => a - b);
  let failing = -1;
  while (isRiskBelow(1 - share, (failing + 1) / n, n, delta)) failing++;
  return {
    average: leastOf((offset) => meanOutside(offset) <= allowed, most),
    risk: leastOf((offset) => isRiskBelow(1 - level, meanOutside(offset), n, delta), most),
    images: failing < 0 ? Number.POSITIVE_INFINITY : whole[n - 1 - failing],
  };
}

/** The least number up to `most` of which `holds` is true; it is then true of all above. */
function leastOf(holds: (value: number) => boolean, most: number): number {
  if (!holds(most)) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, most];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** How much less the second factors are than the first, at most, so that intervals grow with the level. */
function largestRatio(before: Tables, after: Tables): number {
  const flat = ({ measured = [], holes = [] }: Tables) => [...measured, ...holes].flat();
  const [first, second] = [flat(before), flat(after)];
  return Math.max(...first.map((value, i) => value / second[i]));
}
