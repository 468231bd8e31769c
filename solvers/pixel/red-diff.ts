/**
 * RED-diff (Mardani, Song, Kautz, Vahdat, ICLR 2024; arXiv 2305.04391): one image μ, moved by Adam along
 *
 *   ∇ ½ mean((y − A(μ))²) + λ w (ε̂ − ε)/d,  x = μ + σε,  ε̂ = (x − D(x, σ))/σ,  w = 1/SNR^½
 *
 * while σ falls: a denoiser's residual in place of the prior's gradient. Any differentiable operator; no gradient of
 * the network.
 *
 * It seeks a mode: its spread is no uncertainty. As w falls with σ the last steps drift to least squares.
 *
 * As published, the data term is a mean over measured values and the prior's over pixels, so that λ depends on their
 * numbers. Noise that is Gaussian of unequal variance is weighted by the true variances, in units of their mean.
 */
import { z } from 'zod';
import { normalSolve } from '../../problems/normal-solve.js';
import { isLinear } from '../../problems/operator.js';
import { Adam } from '../../src/core/adam.js';
import { type FloatArray, filled, mapArray } from '../../src/core/array.js';
import { axpy, difference } from '../../src/core/vector.js';
import { defineSolver, type TaskOf } from '../define-solver.js';
import { likelihoodGradient } from '../parts/likelihood.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

/** Of an image in [0, 1]: what ridges the first image. */
const PIXEL_VARIANCE = 0.25;

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations (published: 100 or 1000)'),
  lambda: z.number().min(0).default(0.25).describe("weight λ of the prior, the paper's units"),
  rate: z
    .number()
    .positive()
    .default(0.1)
    .describe("Adam's learning rate, the paper's units (image on [-1, 1])"),
  ...noiseLevelOptions,
});

/** λ knows nothing of the measurement's noise: strong noise asks for more of it. docs/presets.md. */
const few = { steps: 100, rate: 0.03, sigmaMax: 0.3, spacing: 'geometric' } as const;
const presets = {
  denoise: { ...few, rate: 0.01, lambda: 16 },
  'inpaint:fraction': { ...few, sigmaMax: 1 },
  inpaint: { ...few, sigmaMax: 2.5 },
  'gaussian-blur': few,
  'motion-blur': few,
  blur: few,
  downsample: few,
  clip: { ...few, sigmaMax: 1 },
  'phase-retrieval': { steps: 50, sigmaMax: 2.5, spacing: 'geometric' },
} as const;

const needs = { prior: 'diffusion', noise: 'variance' } as const;

export const redDiff = defineSolver({
  kind: 'chain',
  name: 'red-diff',
  summary:
    'RED-diff: one image optimised along a diffusion, with the denoiser as regulariser; cheap and general',
  needs,
  samplesPosterior: false,
  options,
  presets,

  async run({ measurement, problem, prior }, { steps, lambda, rate, ...levels }, context) {
    const sigmas = noiseLevels(prior, steps, levels);
    const { step: begun = 0, state } = context.resumed ?? {};
    const image = state?.['image'] ?? (await firstImage(problem, measurement));
    // The image on [-1, 1] moves by twice what it does on [0, 1].
    const adam = new Adam(image.size, rate / 2, 0.9, 0.99).resume(state?.['adam']);
    for (let k = begun; k < steps; k++) {
      await context.step(k, steps, { image, adam: adam.kept });
      const sigma = sigmas[k];
      const noise = context.random('step', k).normals(image.shape).data;
      const noisy = mapArray(image, (value, i) => value + sigma * noise[i]);
      const denoised = (await prior.denoise(noisy, sigma, context.signal)).data;
      const data = (await likelihoodGradient(problem, measurement, image)).data;
      // On [-1, 1] residuals are twice as large, and 1/SNR^½ is twice σ; ∇ log p is in units of the variance.
      const dataWeight = (-2 * meanVariance(problem, measurement)) / measurement.size;
      const priorWeight = (lambda * 2 * sigma) / image.size;
      const gradient = new Float64Array(image.size);
      for (let i = 0; i < gradient.length; i++) {
        const predicted = (noisy.data[i] - denoised[i]) / sigma;
        gradient[i] = dataWeight * data[i] + priorWeight * (predicted - noise[i]);
      }
      adam.step(gradient, image.data);
    }
    return image;
  },
});

/**
 * From grey towards the measurement: A†y as published, but ridged where noise would be amplified; nonlinear operators
 * start at grey.
 */
async function firstImage(problem: TaskOf<typeof needs>['problem'], y: FloatArray): Promise<FloatArray> {
  const { operator, imageShape } = problem;
  const image = filled(imageShape, 0.5);
  if (!isLinear(operator)) return image;
  const pull = await operator.adjoint(difference(y, await operator.apply(image)));
  const ridge = meanVariance(problem, y) / PIXEL_VARIANCE;
  axpy(1, (await normalSolve(operator, pull, ridge, { tolerance: 1e-3, iterations: 50 })).data, image.data);
  return image;
}

function meanVariance({ noise }: TaskOf<typeof needs>['problem'], clean: FloatArray): number {
  const variance = noise.variance(clean);
  if (typeof variance === 'number') return variance;
  return variance.reduce((sum, value) => sum + value, 0) / variance.length;
}
