/**
 * DiffPIR (Zhu et al., CVPR Workshops 2023; arXiv 2305.08995): half-quadratic splitting along a diffusion. Each step
 * denoises, pulls the denoised image to the data with a proximal step, and goes on to the next noise level with a mix
 * of the noise that is implied and fresh noise. It needs no gradient of the network.
 *
 * x̂ = argmin ‖y − Ax‖² + ρ‖x − D(x_σ)‖², ρ = λσ_n²/σ²; x_{σ'} = x̂ + σ'(√(1−ζ) (x_σ − x̂)/σ + √ζ n).
 *
 * It is a splitting method, not a sampler: with an exact denoiser its covariance at ζ = 1 is about half of the
 * posterior's, for any number of steps, so its spread is not reported as an uncertainty.
 *
 * Counted photons are taken for Gaussian noise of their standard deviation at each value (problems/whitened.ts).
 *
 * Nor is the mean of a few samples always the best estimate: without fresh noise the same steps come nearer to it in as
 * many evaluations as one sample takes (parts/splitting.ts), but for round kernels; where values are measured one by
 * one they are denoised at their own noise (parts/uneven-denoising.ts). The presets have the better.
 *
 * Departs from the published code: the state is variance exploding on [0, 1] (an exact change of variables);
 * the data step uses the operator's own border, not a circular one; a chain starts from N(½, σ²) within the noise
 * levels that the prior knows, not from the noised measurement (where the picture shows a part of the scene only, from
 * parts/scene-start.ts); each step denoises in a random orientation, where the
 * prior's card says that its images have none (solvers/parts/equivariant.ts).
 */
import { z } from 'zod';
import type { FloatArray } from '../../src/core/array.js';
import { geometricSigmas, vpSigmas } from '../../src/core/schedule.js';
import { diffpirRho } from '../../src/core/units.js';
import { defineSolver } from '../define-solver.js';
import { startState } from '../parts/ancestral.js';
import { moveToData } from '../parts/data-step.js';
import { equivariantDenoise } from '../parts/equivariant.js';
import { noiseRange } from '../parts/noise-levels.js';
import { sceneStart } from '../parts/scene-start.js';
import { estimateBySplitting, estimateOptions } from '../parts/splitting.js';

/** As in the published code: without noise the data step would not be definite. */
const LEAST_NOISE = 0.001;

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations'),
  lambda: z
    .number()
    .positive()
    .default(8)
    .describe("weight λ of the denoised image against the data, the paper's units"),
  ...estimateOptions,
  zeta: z.number().min(0).max(1).default(1).describe('share ζ of fresh noise in each step, 0 to 1'),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
  spacing: z
    .enum(['quadratic', 'geometric'])
    .default('quadratic')
    .describe("noise levels: quadratic in DDPM's time, as published, or in constant ratio"),
});

/** A chain starts at the σ up to which the measurement leaves doubt: docs/presets.md. */
const chain = { lambda: 4, zeta: 1, sigmaMax: 0.3, spacing: 'geometric' } as const;
const fineDetail = { ...chain, steps: 15, estimateSteps: 20 } as const;
/** Round kernels hide all fine detail; there the mean of the samples is nearer to the truth. */
const softened = { ...chain, steps: 20, estimateSteps: 0 } as const;
/** Where whole colours, or all but a few sums of pixels, are missing. */
const sparse = { ...chain, steps: 40, sigmaMax: 2.5 } as const;
/** From as high as a hole's size asks for: below, it shows that it began as grey. */
const holes = { ...chain, steps: 60, sigmaMax: 10 } as const;
const presets = {
  denoise: { steps: 15, lambda: 8, zeta: 1, sigmaMax: 1.5, estimateSteps: 20 },
  'low-light': { steps: 20, lambda: 8, zeta: 1, sigmaMax: 1.5 },
  inpaint: holes,
  'inpaint:fraction': { ...chain, steps: 50, estimateSteps: 40, sigmaMax: 0.5 },
  'gaussian-blur': softened,
  'motion-blur': fineDetail,
  blur: fineDetail,
  'defocus-blur': softened,
  satellite: fineDetail,
  'space-varying-blur': softened,
  downsample: { ...fineDetail, sigmaMax: 0.15, estimateNoise: 0.5 },
  jpeg: { ...chain, steps: 10, lambda: 1, sigmaMax: 0.5 },
  demosaic: sparse,
  hadamard: sparse,
  'single-pixel': sparse,
  ct: sparse,
  module: sparse,
  onnx: sparse,
  tensorflow: sparse,
} as const;

export const diffpir = defineSolver({
  kind: 'chain',
  name: 'diffpir',
  summary: 'DiffPIR: denoising and proximal data steps along a diffusion; no gradient of the network',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian', photons: true },
  samplesPosterior: false,
  options,
  presets,

  estimate: estimateBySplitting,

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, lambda, zeta, sigmaMax, spacing },
    context,
  ) {
    const { operator } = problem;
    const noiseSigma = Math.max(LEAST_NOISE, Math.sqrt(noiseVariance));
    const { lowest, highest } = noiseRange(prior, sigmaMax);
    const sigmas =
      spacing === 'geometric'
        ? geometricSigmas(steps, lowest, highest)
        : vpSigmas(steps, lowest, highest, 'quadratic');
    const begin = async () => {
      const middle = operator.frame && (await sceneStart(operator, measurement)).data;
      return startState(problem.imageShape, sigmas[0], context.random('init'), middle);
    };
    const { step: first, state } = context.resumed ?? { step: 0, state: { x: await begin() } };
    let { x } = state;
    for (let i = first; i < steps; i++) {
      await context.step(i, steps, { x });
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const orientation = context.random('orientation', i);
      const { shape } = x;
      const denoising = equivariantDenoise(prior, x, sigma, orientation, context.signal);
      // The noise is drawn while the network is at work.
      const noise = context.random('step', i).normals(shape);
      const denoised = await denoising;
      await moveToData(operator, measurement, denoised, diffpirRho(lambda, noiseSigma, sigma));
      const keep = (next / sigma) * Math.sqrt(1 - zeta);
      const spread = next * Math.sqrt(zeta);
      x = withNoise(denoised, x, keep, spread, noise);
    }
    return x;
  },
});

/** x̂ + keep·(x − x̂) + spread·n, in the place of the noise n. */
function withNoise(
  clean: FloatArray,
  x: FloatArray,
  keep: number,
  spread: number,
  noise: FloatArray,
): FloatArray {
  const [to, from, moved] = [clean.data, x.data, noise.data];
  for (let i = 0; i < moved.length; i++) moved[i] = to[i] + keep * (from[i] - to[i]) + spread * moved[i];
  return noise;
}
