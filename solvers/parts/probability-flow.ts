/** From a noisy image straight to a clean one. */

import type { DiffusionPrior } from '../../models/prior.js';
import { requireAbility, requireArrays, requireNumbers } from '../../src/core/arguments.js';
import type { FloatArray } from '../../src/core/array.js';
import { karrasSigmas } from '../../src/core/schedule.js';
import { ddimStep } from './ancestral.js';

/**
 * Follows the probability-flow equation dx/dσ = (x − D)/σ from noise level `sigma` to 0 by `steps` of Euler's (DDIM
 * with η = 0), the levels spaced as by Karras et al. down to `lowest`. One step is D(x, σ) itself.
 * @example
 * ```ts
 * import { type DiffusionPrior, eulerFlow, type FloatArray } from 'retrodict/solver';
 *
 * export function cleaned(prior: DiffusionPrior, x: FloatArray) {
 *   return eulerFlow(prior, x, 0.5, 0.01, 5);
 * }
 * ```
 */
export async function eulerFlow(
  prior: DiffusionPrior,
  start: FloatArray,
  sigma: number,
  lowest: number,
  steps: number,
  signal?: AbortSignal,
): Promise<FloatArray> {
  requireAbility(prior, 'denoise');
  requireArrays({ start });
  requireNumbers({ sigma, lowest, steps });
  const sigmas = steps > 1 && sigma > lowest ? karrasSigmas(steps, lowest, sigma) : [sigma, 0];
  let x = start;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const denoised = await prior.denoise(x, sigmas[i], signal);
    x = ddimStep(x, denoised, sigmas[i], sigmas[i + 1]);
  }
  return x;
}
