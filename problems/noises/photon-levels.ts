/**
 * Counted photons as Gaussian noise of the same standard deviation, for solvers that may take them so
 * (`needs.photons`). From about ten photons a value on, the two can hardly be told apart.
 */
import type { NoiseModel } from '../noise.js';

/** A variance below that of this many photons is not believed where none or few were counted. */
const LEAST_PHOTONS = 0.5;

/** @param gain image units per photon. @param sigma standard deviation of the read-out noise in image units. */
export function photonLevels(gain: number, sigma = 0): NonNullable<NoiseModel['photonLevels']> {
  return ({ data }) =>
    data.map((clean) => Math.sqrt(gain * Math.max(clean, LEAST_PHOTONS * gain) + sigma * sigma));
}
