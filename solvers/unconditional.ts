/** Pictures from the prior alone. */
import { z } from 'zod';
import type { DiffusionPrior } from '../models/prior.js';
import { type FloatArray, mapArray, type Shape } from '../src/core/array.js';
import { karrasSigmas } from '../src/core/schedule.js';
import { noiseRange } from './requirements.js';
import type { Context } from './solver.js';
import { startState } from './transition.js';

export const unconditionalOptions = z.object({
  steps: z.int().min(1).default(40).describe('steps, each of two network evaluations except the last'),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
});

/**
 * Draws one image of shape [C, H, W] from a diffusion prior: Heun's method on the probability-flow equation
 * (Karras et al. 2022, 2206.00364, algorithm 1) from N(½, σ²).
 */
export async function sampleUnconditional(
  prior: DiffusionPrior,
  shape: Shape,
  chosen: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<FloatArray> {
  const { steps, sigmaMax } = unconditionalOptions.parse(chosen);
  const { lowest, highest } = noiseRange(prior, sigmaMax);
  const start = startState(shape, highest, context.random('init'));
  return probabilityFlow(prior, start, karrasSigmas(steps, lowest, highest), context);
}

/** Follows dx/dσ = (x − D(x, σ))/σ along decreasing `sigmas` by Heun's method, and by Euler's into σ = 0. */
export async function probabilityFlow(
  prior: Pick<DiffusionPrior, 'denoise'>,
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
