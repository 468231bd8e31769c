/** How uncertain a denoised image is on average, as the denoiser itself states it. */
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { difference, dot } from '../../src/core/vector.js';

/** Of the level: the probe's length in a pixel. */
const PROBE = 0.1;
/** The least that a denoiser is believed to state. */
const LEAST = 1e-4;

/**
 * tr(∂D/∂x)/n by one probe b of signs, bᵀ(D(x + εb) − D(x))/(εn), for one network evaluation: σ² times it is the mean
 * variance of a pixel given x (Tweedie).
 * @param denoised D(x). @returns from 1e-4 to 1.
 */
export async function denoisingSlope(
  prior: DiffusionPrior,
  x: FloatArray,
  denoised: FloatArray,
  sigma: number,
  random: Random,
  signal: AbortSignal | undefined,
): Promise<number> {
  const signs = mapArray(x, () => (random.integer(2) === 0 ? -1 : 1));
  const moved = mapArray(x, (value, i) => value + PROBE * sigma * signs.data[i]);
  const change = difference(await prior.denoise(moved, sigma, signal), denoised);
  const slope = dot(signs.data, change.data) / (PROBE * sigma * x.size);
  return Math.min(1, Math.max(LEAST, slope));
}
