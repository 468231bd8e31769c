/** The diffusion run backwards from a noisy image that is given. */
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import type { Context } from '../solver.js';

/**
 * How far below the first level the last one lies: what is left of the noise there is as nothing beside what the
 * image's own uncertainty is at the first.
 */
const RANGE = 30;

/**
 * One draw from p(x0 | x_σ = `state`), exact but for the denoiser and the steps' length: the reverse diffusion keeps
 * the joint distribution of all noise levels, and so that of x0 given a state where it started.
 *
 * Levels in constant ratio. A step draws from q(x_{σ'} | x_σ, x0 = D̃), D̃ extrapolated from the last two denoised
 * images (DPM-Solver++(2M) as a stochastic equation; Lu et al. 2022, arXiv 2211.01095): second order with one
 * evaluation a step. With a Gaussian prior the mean is exact for any number of steps, and of a spectrum like 1/f²
 * 16 leave 1 % of the standard deviation undone.
 *
 * @param state [C, H, W], x0 + σ n.
 * @param steps network evaluations.
 * @throws RangeError where σ is above the prior's range; the signal's reason when aborted.
 */
export async function drawGiven(
  prior: DiffusionPrior,
  state: FloatArray,
  sigma: number,
  steps: number,
  context: Context,
): Promise<FloatArray> {
  const lowest = Math.max(prior.sigmaRange[0], sigma / RANGE);
  const levels = sigma > lowest && steps > 1 ? geometricSigmas(steps, lowest, sigma) : [sigma, 0];
  const count = levels.length - 1;
  let x = state;
  let before: FloatArray | undefined;
  for (let i = 0; i < count; i++) {
    await context.step(i, count);
    const [from, to] = [levels[i], levels[i + 1]];
    const denoised = await prior.denoise(x, from, context.signal);
    const keep = (to / from) ** 2;
    const spread = to * Math.sqrt(1 - keep);
    const random = context.random('step', i);
    // All steps have one length on the logarithmic scale, but the last, which ends at 0 and is D itself.
    const ahead = before && to > 0 ? 0.5 : 0;
    const [state, clean, last] = [x.data, denoised.data, (before ?? denoised).data];
    const moved = new Float32Array(x.size);
    for (let j = 0; j < moved.length; j++) {
      const estimate = clean[j] + ahead * (clean[j] - last[j]);
      moved[j] = estimate + keep * (state[j] - estimate) + (spread > 0 ? spread * random.normal() : 0);
    }
    x = floatArray(moved, x.shape);
    before = denoised;
  }
  return x;
}
