/** Where a measurement is a picture by itself, dark or veiled: it is denoised as such, and then undone. */
import type { NoiseModel } from '../../problems/noise.js';
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, filled, mapArray } from '../../src/core/array.js';

/** A measurement as denoisers take it, which know pictures that go up to 1. */
export interface MeasuredPicture {
  /** The measurement over what it makes of white. */
  readonly picture: FloatArray;
  /** Of the picture. */
  readonly noise: Pick<NoiseModel, 'sample'> & Required<Pick<NoiseModel, 'octaves'>>;
  /** Whether it is of the luminance. */
  readonly grey: boolean;
  /** The image, or its luminance, that has this picture without noise. */
  imageOf(picture: FloatArray): FloatArray;
}

/** @param problem whose operator has `undo` and whose noise has octaves. @throws Error where one is missing. */
export async function measuredPicture(
  { operator, noise }: Problem,
  measurement: FloatArray,
): Promise<MeasuredPicture> {
  const { undo, identity, luminance } = operator;
  const { octaves } = noise;
  if (!undo || !octaves) throw new Error('the measurement is no picture whose noise is known by octave');
  const grey = undo.grey === true;
  if (identity || luminance) {
    const known = { octaves, sample: noise.sample };
    return { picture: measurement, noise: known, grey, imageOf: (picture) => picture };
  }
  const { data } = await operator.apply(filled(operator.inputShape, 1));
  const white = data.reduce((most, value) => Math.max(most, value), 0);
  const scaled = (x: FloatArray, factor: number) => mapArray(x, (value) => factor * value);
  return {
    picture: scaled(measurement, 1 / white),
    noise: {
      octaves: octaves.map((densities) => densities.map((density) => density / white ** 2)),
      sample: (clean, random) => scaled(noise.sample(scaled(clean, white), random), 1 / white),
    },
    grey,
    imageOf: (picture) => undo.invert(scaled(picture, white)),
  };
}
