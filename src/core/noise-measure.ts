/**
 * What noise a picture holds, from the picture alone: how strong in each octave of frequency and at each brightness,
 * and how the channels go together. Cameras, demosaicing and JPEG leave noise that is not white.
 *
 * After Colom, Lebrun, Buades, Morel, "Multiscale estimation of intensity and frequency dependent noise" (IPOL 2014,
 * SIIMS 2016), with another choice of flat places (noise-floor.ts): at half the size, where JPEG leaves the noise
 * whole.
 */
import { contiguous, type FloatArray } from './array.js';
import { varianceIn, withOwn } from './channel-products.js';
import {
  type Block,
  clearOf,
  detailProducts,
  doubtOf,
  halfSize,
  SIDE,
  usableBlocks,
} from './noise-blocks.js';
import { clippingLoss } from './noise-clipping.js';
import { brightnessCurve, levelAt } from './noise-curve.js';
import { whiteNoise } from './noise-estimate.js';
import { type Flats, flattest } from './noise-floor.js';

/** Blocks less alike than this show a picture rather than noise. */
const UNLIKE = 0.67;
/** White noise has at least this share of its level in the weakest directions of small patches too. */
const WHITE = 0.8;
/** Noise weaker than this at half the picture's size is none that a person sees. */
const VISIBLE = 1.7 / 255;
/** The second octave of white noise is so much stronger than the first at most, by chance. */
const EVEN_OCTAVES = 1.25;
/** White noise is believed wherever it is from this level on, where its directions are so even. */
const SURELY_WHITE = { evenness: 0.85, sigma: 3 / 255 };
/** And where no flat places speak for something else, from this. */
const PERHAPS_WHITE = { evenness: 0.7, sigma: 10 / 255 };
/** Where noise is surely white, and weaker by this than it seems in flat places, these hold detail. */
const WITH_DETAIL = 0.9;
/** Flat places less alike than this leave the level open by some tens of per cent. */
export const UNSURE = 0.55;
/** By how much at most the variance of noise rises from octave to octave; beyond, it is the picture that shows. */
const STEEPEST = 4;
/** So steep a rise twice is a doubt: detail becomes twice as strong from octave to octave, grain at most once. */
const STEEP = { middle: 1.85 ** 2, coarse: 1.95 ** 2 };
const STEEP_DOUBT = 0.6;
/** What rounding to JPEG's steps adds to how unlike blocks of weak noise are. */
const ROUNDED = 0.1;

/** What a picture's noise was found to be. */
export interface NoiseMeasurement {
  /**
   * `none`: nothing that eight bits show. `unknown`: no part is flat enough to tell noise from detail; `sigma` is then
   * what white noise would have at least.
   */
  readonly kind: 'none' | 'white' | 'signal-dependent' | 'correlated' | 'unknown';
  /** Standard deviation in picture units; of correlated noise that of white noise as strong in the finest octave. */
  readonly sigma: number;
  /**
   * Covariance of the channels in the three finest octaves, as densities: for white noise all are its variance. Each
   * holds 00, 01, 11, 02, 12, 22. Empty where the kind is unknown.
   */
  readonly octaves: readonly (readonly number[])[];
  /** Relative level at brightness 0, ¼, ½, ¾, 1. */
  readonly levels: readonly number[];
  /** How unlike the flat places are, from about 0.2 (sure) to 0.6 (hardly); above, the kind is unknown. */
  readonly unlikeness: number;
}

/**
 * Measures the noise of a picture on its flat parts. Constant, clipped and missing parts do not count.
 * @param image [C, H, W] in [0, 1]. @param observed 0 where a pixel holds nothing, of the picture's size.
 * @param step to which the file rounded the second octave, of which weak noise comes out uneven: of JPEG files.
 * @throws UsageError where the picture, or what is seen of it, is smaller than about 24×24 pixels.
 * @example
 * const { kind, sigma } = measureNoise(image); // 'correlated', 0.008
 */
export function measureNoise(image: FloatArray, observed?: Float32Array, step = 0): NoiseMeasurement {
  const picture = contiguous(image);
  const half = halfSize(picture);
  // Means of four pixels have a quarter of white noise's variance.
  const blocks = usableBlocks(half, halfSize(doubtOf(picture, observed))).map((block) => ({
    ...block,
    energy: 4 * block.energy,
    around: 4 * block.around,
  }));
  const clear = clearOf(blocks);
  const flats = flattest(clear);
  const { sigma: white, evenness } = whiteNoise(picture, observed);
  const nothing = { sigma: white, octaves: [], levels: EVEN };
  if (clear.length === 0) return { ...nothing, kind: 'none', unlikeness: 0 };
  const exceeds = (least: typeof SURELY_WHITE) => evenness >= least.evenness && white >= least.sigma;
  const sure = exceeds(SURELY_WHITE);
  if ((sure || exceeds(PERHAPS_WHITE)) && !(flats && flats.unlikeness <= UNSURE)) {
    return { ...nothing, kind: 'white', unlikeness: 0.5 };
  }
  if (!flats || flats.unlikeness > UNLIKE) {
    return { ...nothing, kind: 'unknown', unlikeness: flats?.unlikeness ?? 1 };
  }
  const { levels, certain } = brightnessCurve(blocks, flats.variance);
  const level = Math.sqrt(
    flats.blocks.reduce((sum, { mean }) => sum + levelAt(levels, mean) ** 2, 0) / flats.blocks.length,
  );
  const gains = clippingGains(flats.blocks, picture).map((gain) => gain / level);
  const octaves = octavesAt(flats.blocks, picture, half).map((octave) => scaled(octave, gains));
  const sigma = Math.sqrt(varianceIn(octaves[0]));
  const found = { sigma, octaves, levels, unlikeness: doubtOfDetail(octaves, flats, step) };
  if (Math.sqrt(flats.variance) < VISIBLE && sigma < VISIBLE / 2) return { ...found, kind: 'none' };
  if (sure && white < WITH_DETAIL * sigma) {
    const even = octaves.map((octave) =>
      withOwn(
        octave.map(() => 0),
        white ** 2,
      ),
    );
    return { ...found, sigma: white, octaves: even, kind: certain ? 'signal-dependent' : 'white' };
  }
  if (white < WHITE * sigma) return { ...found, kind: 'correlated' };
  if (certain) return { ...found, kind: 'signal-dependent' };
  // Patches count clipped parts too, flat places do not; but where the octaves differ these hold some detail.
  const pure = flats.variance < EVEN_OCTAVES * sigma ** 2;
  return { ...found, kind: 'white', sigma: pure ? sigma : Math.min(white, sigma) };
}

const EVEN = [1, 1, 1, 1, 1];

/** How unlike the places are, but for what JPEG's rounding makes of weak noise; more where detail's octaves show. */
function doubtOfDetail(octaves: readonly number[][], { unlikeness, variance }: Flats, step: number): number {
  const rounded = Math.sqrt(variance) < step / 2 ? ROUNDED : 0;
  const [fine, middle, coarse] = octaves.map(varianceIn);
  const steep = middle >= STEEP.middle * fine && coarse >= STEEP.coarse * middle;
  return Math.max(unlikeness - rounded, steep ? STEEP_DOUBT : 0);
}

/** For each channel what its noise was before the ends of the range cut some off, as a factor. */
function clippingGains(places: readonly Block[], { data, shape }: FloatArray): number[] {
  const [channels, height, width] = shape;
  return Array.from({ length: channels }, (_, c) => {
    let ends = 0;
    for (const { y, x } of places) {
      for (let i = 0; i < 4 * SIDE * SIDE; i++) {
        const [row, column] = [2 * y + Math.floor(i / (2 * SIDE)), 2 * x + (i % (2 * SIDE))];
        const value = data[(c * height + row) * width + column];
        if (value === 0 || value === 1) ends++;
      }
    }
    return Math.sqrt(clippingLoss(ends / (4 * SIDE * SIDE * places.length)));
  });
}

/** Covariances of channels that are multiplied by the gains. */
function scaled(products: readonly number[], gains: readonly number[]): number[] {
  const pairs = gains.flatMap((gain, c) => gains.slice(0, c + 1).map((other) => gain * other));
  return products.map((value, pair) => value * pairs[pair]);
}

/** The covariance of the fine detail in the same places at full, half and quarter size. */
function octavesAt(places: readonly Block[], picture: FloatArray, half: FloatArray): number[][] {
  const quarter = halfSize(half);
  const [, height, width] = quarter.shape;
  const fits = ({ y, x }: Block) => (y >> 1) + SIDE <= height && (x >> 1) + SIDE <= width;
  const finest = average(
    places.flatMap(({ y, x }) => [
      detailProducts(picture, 2 * y, 2 * x),
      detailProducts(picture, 2 * y, 2 * x + SIDE),
      detailProducts(picture, 2 * y + SIDE, 2 * x),
      detailProducts(picture, 2 * y + SIDE, 2 * x + SIDE),
    ]),
    1,
  );
  const second = average(
    places.map(({ products }) => products),
    4,
  );
  // At a quarter of the size a block reaches beyond the flat place: the weaker half of them does not.
  const coarse = places
    .filter(fits)
    .map(({ y, x }) => detailProducts(quarter, y >> 1, x >> 1))
    .sort((a, b) => varianceIn(a) - varianceIn(b));
  const third = coarse.length < 4 ? second : average(coarse.slice(0, coarse.length >> 1), 16);
  const rise = varianceIn(third) / varianceIn(second);
  return [finest, second, rise > STEEPEST ? third.map((value) => (value * STEEPEST) / rise) : third];
}

function average(products: readonly Float64Array[], gain: number): number[] {
  return Array.from(products[0], (_, pair) => {
    return (gain * products.reduce((sum, of) => sum + of[pair], 0)) / products.length;
  });
}
