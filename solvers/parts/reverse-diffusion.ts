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
 * the joint distribution of all noise levels, and so that of x0 given a state where it started. With a Gaussian prior
 * the mean is exact for any number of steps, and of a spectrum like 1/f² 16 leave 1 % of the standard deviation undone.
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
  return reverseDiffusion(state, levels, (x, at) => prior.denoise(x, at, context.signal), context);
}

/** Most of the last change that is added to an estimate; where levels come ever faster, more would be unstable. */
const AHEAD = 0.5;

/**
 * Runs from the first level to the last. A step draws from q(x_{σ'} | x_σ, x0 = D̃), D̃ extrapolated from the last two
 * estimates (DPM-Solver++(2M) as a stochastic equation; Lu et al. 2022, arXiv 2211.01095): second order with one
 * estimate a step, D̃ᵢ = Dᵢ + hᵢ/(2hᵢ₋₁) (Dᵢ − Dᵢ₋₁), h = log σ/σ'.
 * @param state x at the first level. @param levels falling; at 0 the state is the last estimate itself.
 * @param estimate E[x0 | x_σ], or of an image that is measured E[x0 | x_σ, y].
 * @returns x at the last level.
 */
export async function reverseDiffusion(
  state: FloatArray,
  levels: ArrayLike<number>,
  estimate: (x: FloatArray, sigma: number, i: number) => Promise<FloatArray>,
  context: Context,
): Promise<FloatArray> {
  const count = levels.length - 1;
  const length = (i: number) => Math.log(levels[i] / levels[i + 1]);
  const { resumed } = context;
  let x = resumed?.state['x'] ?? state;
  let before: FloatArray | undefined = resumed?.state['before'];
  for (let i = resumed?.step ?? 0; i < count; i++) {
    await context.step(i, count, { x, ...(before && { before }) });
    const [from, to] = [levels[i], levels[i + 1]];
    const now = await estimate(x, from, i);
    const keep = (to / from) ** 2;
    const spread = to * Math.sqrt(1 - keep);
    const random = context.random('step', i);
    const ahead = before && to > 0 ? Math.min(AHEAD, length(i) / (2 * length(i - 1))) : 0;
    const [noisy, clean, last] = [x.data, now.data, (before ?? now).data];
    const moved = new Float32Array(x.size);
    for (let j = 0; j < moved.length; j++) {
      const target = clean[j] + ahead * (clean[j] - last[j]);
      moved[j] = target + keep * (noisy[j] - target) + (spread > 0 ? spread * random.normal() : 0);
    }
    x = floatArray(moved, x.shape);
    before = now;
  }
  return x;
}
