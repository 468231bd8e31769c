/**
 * Ancestral sampling with a denoiser that has seen the measurement: E[x0 | x_σ, y] in place of E[x0 | x_σ]. Where the
 * former is exact the samples are the posterior's, up to the length of the steps.
 */

import type { DifferentiablePrior } from '../../models/prior.js';
import {
  requireAbility,
  requireContext,
  requireExtents,
  requireFunctions,
} from '../../src/core/arguments.js';
import type { FloatArray, Shape } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';
import type { Context } from '../solver.js';
import { ancestralStep, startState } from './ancestral.js';

/**
 * An ancestral chain whose denoiser has seen the measurement.
 * @param guide gives E[x0 | x_σ, y] from the prior's denoiser linearized at x_σ.
 * @param start about what the chain begins, such as what the measurement says by itself; grey by default.
 * @example
 * ```ts
 * import { type Context, type DifferentiablePrior, guidedChain, noiseLevels } from 'retrodict/solver';
 *
 * // A draw from the prior alone: the guide passes on what the denoiser expects.
 * export function drawn(prior: DifferentiablePrior, context: Context) {
 *   const sigmas = noiseLevels(prior, 50, { sigmaMax: 80, spacing: 'karras' });
 *   return guidedChain(prior, [3, 64, 64], sigmas, async (denoiser) => denoiser.value, context);
 * }
 * ```
 */
export async function guidedChain(
  prior: Pick<DifferentiablePrior, 'linearize'>,
  shape: Shape,
  sigmas: ArrayLike<number>,
  guide: (denoiser: Linearization, sigma: number) => Promise<FloatArray>,
  context: Context,
  start?: FloatArray,
): Promise<FloatArray> {
  requireAbility(prior, 'linearize');
  requireExtents(shape);
  requireFunctions({ guide });
  requireContext(context, 'random', 'step');
  const steps = sigmas.length - 1;
  const { resumed } = context;
  let x = resumed?.state['x'] ?? startState(shape, sigmas[0], context.random('init'), start?.data);
  for (let i = resumed?.step ?? 0; i < steps; i++) {
    await context.step(i, steps, { x });
    const denoiser = await prior.linearize(x, sigmas[i], context.signal);
    try {
      const guided = await guide(denoiser, sigmas[i]);
      x = ancestralStep(x, guided, sigmas[i], sigmas[i + 1], context.random('step', i));
    } finally {
      denoiser.release();
    }
  }
  return x;
}
