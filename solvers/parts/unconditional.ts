/** Pictures from the prior alone. */
import { z } from 'zod';
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, mapArray, type Shape } from '../../src/core/array.js';
import { vpSigma, vpTime } from '../../src/core/schedule.js';
import { vpScale } from '../../src/core/units.js';
import type { Context } from '../solver.js';
import { ancestralStep, ddimStep, nextState, startState } from './ancestral.js';
import { noiseLevelOptions, noiseLevels } from './noise-levels.js';

/**
 * The options of drawing from a prior alone: those of `samplePrior` and of `retrodict sample --set`.
 * @example
 * ```ts
 * import { unconditionalOptions } from 'retrodict';
 *
 * console.log(unconditionalOptions.parse({ steps: 20 }));
 * ```
 */
export const unconditionalOptions = z.object({
  method: z
    .enum(['heun', 'ddim', 'ancestral'])
    .default('heun')
    .describe(
      "heun: Karras et al.'s, second order; ddim: the same flow, first order; ancestral: with fresh noise",
    ),
  steps: z
    .int()
    .min(1)
    .default(40)
    .describe('steps, of one network evaluation each; of two for heun, except the last'),
  epsilonScale: z
    .number()
    .positive()
    .default(1)
    .describe('the predicted noise is divided by this (Ning et al. 2024: 1.004 to 1.017); 1: off'),
  timeShift: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "how far, in thousandths of DDPM's time, the level is moved to what the state's variance tells; 0: off",
    ),
  ...noiseLevelOptions,
  spacing: noiseLevelOptions.spacing.default('karras').describe(noiseLevelOptions.spacing.description ?? ''),
});

export type UnconditionalOptions = z.output<typeof unconditionalOptions>;

/**
 * Draws one image of shape [C, H, W] from a diffusion prior, from N(mean, σ²): Heun's method on the probability-flow
 * equation (Karras et al. 2022, 2206.00364, algorithm 1), DDIM (Song et al. 2021, 2010.02502, η = 0), or DDPM's
 * ancestral steps. Epsilon scaling (Ning et al., ICLR 2024, 2308.15321) and time shift (Li et al., ICLR 2024,
 * 2305.15583) make up for errors of the network; with an exact prior they make samples worse.
 * @param mean of the data, about: ½ for images, 0 for codes.
 */
export async function sampleUnconditional(
  prior: DiffusionPrior,
  shape: Shape,
  { method, steps, epsilonScale, timeShift, ...levels }: UnconditionalOptions,
  context: Context,
  mean = 0.5,
): Promise<FloatArray> {
  const sigmas = noiseLevels(prior, steps, levels);
  const start = startState(shape, sigmas[0], context.random('init'), mean);
  const model = timeShifted(epsilonScaled(prior, epsilonScale), timeShift, prior.sigmaRange);
  if (method === 'heun') return probabilityFlow(model, start, sigmas, context);
  let x = start;
  for (let i = 0; i < steps; i++) {
    await context.step(i, steps);
    const denoised = await model.denoise(x, sigmas[i], context.signal);
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    x =
      method === 'ancestral'
        ? ancestralStep(x, denoised, sigma, next, context.random('step', i))
        : ddimStep(x, denoised, sigma, next);
  }
  return x;
}

type Denoiser = Pick<DiffusionPrior, 'denoise'>;

/** The noise (x − D)/σ that the prior finds, divided by `factor`. */
function epsilonScaled(prior: Denoiser, factor: number): Denoiser {
  if (factor === 1) return prior;
  return {
    async denoise(x, sigma, signal) {
      const denoised = await prior.denoise(x, sigma, signal);
      return nextState(x, denoised, 1 / factor);
    },
  };
}

/**
 * Asks the prior, of the same variance-preserving state, at the level whose noise has the variance that the state
 * has, at most half of `window` (in thousandths of DDPM's time) from its own. Data's own variance is neglected.
 */
function timeShifted(prior: Denoiser, window: number, [least, most]: readonly [number, number]): Denoiser {
  if (window === 0) return prior;
  return {
    denoise(x, sigma, signal) {
      // On [-1, 1] the preserved state has the variance 4·a²·var(x), its noise 1 − a².
      const share = Math.min(4 * vpScale(sigma) ** 2 * variance(x.data), 1 - 1e-6);
      const asked = vpTime(0.5 * Math.sqrt(share / (1 - share)));
      const time = vpTime(sigma);
      const reach = window / 2000;
      const shifted = vpSigma(Math.max(time - reach, Math.min(time + reach, asked)));
      const level = Math.max(least, Math.min(most, shifted));
      // The state about grey: its preserved form at `sigma`, read at `level`.
      const ratio = vpScale(sigma) / vpScale(level);
      return prior.denoise(
        mapArray(x, (value) => 0.5 + ratio * (value - 0.5)),
        level,
        signal,
      );
    },
  };
}

function variance(values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] ** 2;
  }
  return squares / values.length - (sum / values.length) ** 2;
}

/** Follows dx/dσ = (x − D(x, σ))/σ along decreasing `sigmas` by Heun's method, and by Euler's into σ = 0. */
export async function probabilityFlow(
  prior: Denoiser,
  start: FloatArray,
  sigmas: ArrayLike<number>,
  context: Context,
): Promise<FloatArray> {
  const slope = async (x: FloatArray, sigma: number) => {
    const denoised = await prior.denoise(x, sigma, context.signal);
    return mapArray(x, (value, i) => (value - denoised.data[i]) / sigma);
  };
  let x = start;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    await context.step(i, sigmas.length - 1);
    const step = sigmas[i + 1] - sigmas[i];
    const here = await slope(x, sigmas[i]);
    const from = x;
    x = mapArray(from, (value, j) => value + step * here.data[j]);
    if (sigmas[i + 1] === 0) break;
    const there = await slope(x, sigmas[i + 1]);
    x = mapArray(from, (value, j) => value + (step / 2) * (here.data[j] + there.data[j]));
  }
  return x;
}
