/** How uncertain a denoised image is, as the denoiser itself states it. */
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { difference, dot, scale } from '../../src/core/vector.js';

/** Of the level: the probe's length in a pixel. */
const PROBE = 0.1;
/** The least that a denoiser is believed to state. */
const LEAST = 1e-4;

/** What one probe b of signs says of a denoiser's Jacobian J = ∂D/∂x. */
export interface ProbedJacobian {
  /** J b, by a finite difference. */
  readonly image: FloatArray;
  /** tr(J)/n, from 1e-4 to 1: σ² times it is the mean variance of a pixel given x (Tweedie). */
  readonly slope: number;
  /** tr(J²)/tr(J): that in the directions in which anything is open. At most 1, and at least `slope`. */
  readonly steepest: number;
}

/** Both traces by the one probe, bᵀJb and ‖Jb‖², for one network evaluation. @param denoised D(x). */
export async function probeJacobian(
  prior: DiffusionPrior,
  x: FloatArray,
  denoised: FloatArray,
  sigma: number,
  random: Random,
  signal: AbortSignal | undefined,
): Promise<ProbedJacobian> {
  const signs = mapArray(x, () => (random.integer(2) === 0 ? -1 : 1));
  const step = PROBE * sigma;
  const moved = mapArray(x, (value, i) => value + step * signs.data[i]);
  const image = difference(await prior.denoise(moved, sigma, signal), denoised);
  scale(1 / step, image.data);
  const slope = Math.min(1, Math.max(LEAST, dot(signs.data, image.data) / x.size));
  const squares = dot(image.data, image.data) / x.size;
  return { image, slope, steepest: Math.min(1, Math.max(slope, squares / slope)) };
}
