/**
 * ReSample (Song, Kwon, Zhang, Hu, Qu, Shen, ICLR 2024; arXiv 2307.08123): DDIM over the codes of a latent prior.
 * Each step is pulled towards the measurement through decoder and network; in the last two thirds, every few steps,
 * the clean code is moved until its image agrees with the measurement ("hard data consistency": first in pixels, then
 * through the decoder), and is brought back to the chain's noise level by a draw from the product of what it and the
 * chain say ("stochastic resampling", `resampled` below).
 *
 * It fits rather than samples: its spread is no uncertainty. No image is better than the autoencoder's own copy of it.
 *
 * Departs from the published code: the state is variance exploding (an exact change of variables); D is E[z0 | z] in
 * the inner steps too (there (1 − ᾱ) stands for √(1 − ᾱ)); fitting stops where the measurement is met as well as
 * noise allows (there at a fixed 10⁻⁶); Adam has no weight decay (there 10⁻², which draws codes to zero) and on codes
 * one scale for all (else those inside a hole, on which the measurement depends a little through the decoder's
 * radius, are moved as far as the others: coloured noise); any noise by its own likelihood; far fewer steps, since
 * each costs a run of network and decoder and the gradients of both.
 */
import { z } from 'zod';
import type { DifferentiablePrior } from '../../models/prior.js';
import { residualOf } from '../../problems/noise.js';
import type { FloatArray } from '../../src/core/array.js';
import { andThen, type Linearization } from '../../src/core/linearization.js';
import type { Random } from '../../src/core/random.js';
import { LATENT_CODE_SIZE } from '../../src/core/units.js';
import { axpy, norm, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { ddimStep, nextState, startState } from '../parts/ancestral.js';
import { fitMeasurement } from '../parts/fit-measurement.js';
import { type LatentImages, latentImages } from '../parts/latent-images.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

import type { Task } from '../solver.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(50).describe('noise levels of the chain (published: 500)'),
  guidance: z
    .number()
    .min(0)
    .default(0.5)
    .describe("how far each step is pulled towards the measurement, the paper's units; 0: not at all"),
  every: z.int().min(1).default(5).describe('steps from one data consistency to the next (published: 10)'),
  ahead: z
    .int()
    .min(1)
    .default(5)
    .describe('steps that the chain looks ahead for the code that is made consistent'),
  pixelSteps: z.int().min(0).default(200).describe('most steps of Adam on pixels (published: 2000)'),
  pixelRate: z
    .number()
    .positive()
    .default(0.005)
    .describe('their rate, [0, 1] units (published: 0.01 on [-1, 1])'),
  codeSteps: z
    .int()
    .min(0)
    .default(50)
    .describe('most steps of Adam on codes, each with a run and a gradient of the decoder (published: 500)'),
  codeRate: z.number().positive().default(0.02).describe('their rate (published: 0.005)'),
  gamma: z
    .number()
    .positive()
    .default(40)
    .describe('γ, how much more the consistent code is trusted than the chain where it is resampled'),
  ...noiseLevelOptions,
  sigmaMax: noiseLevelOptions.sigmaMax.describe(
    'highest noise level, if the prior knows it (units of codes, about unit variance)',
  ),
});

export const resample = defineSolver({
  kind: 'chain',
  name: 'resample',
  summary:
    'ReSample: diffusion over codes, made to agree with the measurement by optimisation every few steps',
  needs: { prior: 'latent', priorVjp: true, encoder: true, noise: 'any' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { steps, guidance, every, ahead, gamma, ...rest }, context) {
    const { signal } = context;
    const { codes } = task.prior;
    const images = latentImages(task.prior, task.problem.imageShape, signal);
    const sigmas = noiseLevels(codes, steps, rest);
    const inPixels = { rate: rest.pixelRate, iterations: rest.pixelSteps, enough: 1 };
    const inCodes = { rate: rest.codeRate, shared: true, iterations: rest.codeSteps, enough: 1 };

    const { resumed } = context;
    let code = resumed?.state['code'] ?? startState(images.codeShape, sigmas[0], context.random('init'), 0);
    for (let i = resumed?.step ?? 0; i < steps; i++) {
      const turn = () => context.step(i, steps);
      await context.step(i, steps, { code });
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      code = await guidedStep(task, codes, images, code, { sigma, next, guidance }, signal);
      const left = steps - 1 - i;
      if (left === 0 || left % every !== 0 || i < steps / 3) continue;
      const clean = await lookAhead(codes, code, sigmas.slice(i + 1), ahead, signal);
      const early = left >= steps / 3;
      const consistent = early
        ? await images.encode(await fitMeasurement(task, await images.decode(clean), asItIs, inPixels, turn))
        : clean;
      if (!early) await fitMeasurement(task, consistent, images.linearize, inCodes, turn);
      code = resampled(consistent, code, { sigma, next, gamma }, context.random('step', i));
    }
    return fitMeasurement(task, code, images.linearize, inCodes, () => context.step(steps - 1, steps));
  },
});

/** DDIM's step, and a move along −∇‖y − A(image of D)‖, through operator, decoder and network. */
async function guidedStep(
  { problem, measurement }: Task,
  model: DifferentiablePrior,
  images: LatentImages,
  code: FloatArray,
  { sigma, next, guidance }: { sigma: number; next: number; guidance: number },
  signal?: AbortSignal,
): Promise<FloatArray> {
  if (guidance === 0) return ddimStep(code, await model.denoise(code, sigma, signal), sigma, next);
  const denoiser = await model.linearize(code, sigma, signal);
  const moved = ddimStep(code, denoiser.value, sigma, next);
  const image = await andThen(denoiser, images.linearize);
  const clean = await andThen(image, (value) => problem.operator.linearize(value));
  try {
    const residual = residualOf(problem.noise, clean.value, measurement);
    scale(guidance / (norm(residual.data) || 1), residual.data);
    const pull = await clean.pullback(residual);
    // ½ ā_t of the variance-preserving state is this of ours, for codes of unit variance; residuals on [-1, 1] are
    // twice as large.
    const size = Math.sqrt((1 + next ** 2) / (1 + sigma ** 2)) * Math.sqrt(code.size / LATENT_CODE_SIZE);
    axpy(2 * size, pull.data, moved.data);
    return moved;
  } finally {
    clean.release();
  }
}

/** E[z0 | z] after the first `count` of the levels, without the measurement. */
async function lookAhead(
  model: DifferentiablePrior,
  code: FloatArray,
  sigmas: Float64Array,
  count: number,
  signal?: AbortSignal,
): Promise<FloatArray> {
  let state = code;
  let clean = code;
  for (let k = 0; k < count && sigmas[k] > 0; k++) {
    clean = await model.denoise(state, sigmas[k], signal);
    state = ddimStep(state, clean, sigmas[k], sigmas[k + 1]);
  }
  return clean;
}

/**
 * Stochastic resampling: a draw from N(consistent, σ'²)·N(chain, γ σ'²(1 − σ'²/σ²)), γ times the variance of DDPM's
 * step. (The published code has the same in terms of ᾱ.)
 */
export function resampled(
  consistent: FloatArray,
  chain: FloatArray,
  { sigma, next, gamma }: { sigma: number; next: number; gamma: number },
  random: Random,
): FloatArray {
  const spread = gamma * next ** 2 * (1 - (next / sigma) ** 2);
  const trust = spread / (spread + next ** 2);
  const sd = next * Math.sqrt(trust);
  return nextState(chain, consistent, trust, sd, random);
}

/** Pixels that are moved are the image itself. */
const asItIs = (value: FloatArray): Linearization => ({ value, pullback: (v) => v, release() {} });
