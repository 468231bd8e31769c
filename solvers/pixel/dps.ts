/**
 * Diffusion Posterior Sampling (Chung et al., ICLR 2023; arXiv 2209.14687), with the network's true gradient.
 *
 * p(y | x_σ) is replaced by p(y | x0 = D(x_σ)); each ancestral step is followed by a move along the gradient of that
 * likelihood through operator and network. The paper normalises the gradient of least squares to that of the
 * residual's norm and scales it by ζ: robust, any operator, but no posterior's discretisation. Here the residual is
 * the noise model's: its score over its information (natural gradient, Amari 1998), which is y − A(x0) for Gaussian
 * noise, counted photons and speckle, nothing for a pixel lost to salt or pepper, and free of bias under Rician
 * noise. Bayes' rule (eq. 7) scales the gradient of log p(y | A(D(x_σ))) by σ² − σ'² (`guidance=likelihood`): right,
 * and stable only where σ_y or the steps are small enough. The paper's step does not shrink as σ falls, and at last
 * fits the noise. The shorter of the two, value by value, is the default. Nor is it ever longer than Newton's along
 * Aᵀr, 1/‖A‖², beyond which a chain swings about the measurement. Figures: docs/presets.md.
 *
 * Departs from the published code: the state is variance exploding on [0, 1] (an exact change of variables);
 * the norm is that of one sample, not of the batch; ζ scales with √(image size), so that a pixel moves equally in small
 * and large images; x̂0 is not clipped inside the gradient; variances are DDPM's fixed small ones; a chain
 * starts within the noise levels that the prior knows.
 */
import { z } from 'zod';
import { equalVariance } from '../../problems/problem.js';
import { dpsStepSize } from '../../src/core/units.js';
import { defineSolver } from '../define-solver.js';
import { guidanceOption, likelihoodChain, type StepAt } from '../parts/likelihood-chain.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations, each with one gradient'),
  zeta: z
    .number()
    .min(0)
    .default(10)
    .describe(
      "step size ζ in the paper's units (variance-preserving state on [-1, 1], 3×256×256 image); fewer steps ask for a larger one, such as 60 in 12",
    ),
  guidance: guidanceOption,
  ...noiseLevelOptions,
});

/** What least squares fixes but for fine detail, and a picture of a known rough outline. */
const fineDetail = { steps: 100, zeta: 10, sigmaMax: 0.5 } as const;

/** The same, down to below the noise: elsewhere what it leaves open is not drawn. */
const linear = { ...fineDetail, spacing: 'geometric' } as const;

/** A chain that begins far above the image may end at its negative, which has the same amplitudes. */
const nonlinear = { steps: 100, zeta: 10, sigmaMax: 1 };

/** Operators of one's own, of which nothing is known: the bound keeps a large ζ stable. */
const own = { ...nonlinear, zeta: 30 };

/** As far in half the steps: as good where the measurement needs no more to be met. */
const quick = { steps: 50, zeta: 20, spacing: 'geometric' } as const;

/** A chain starts where the measurement leaves doubt; few steps ask for a large ζ: docs/presets.md. */
const presets = {
  denoise: { ...quick, sigmaMax: 2.5 },
  inpaint: { ...linear, zeta: 20, sigmaMax: 1 },
  'gaussian-blur': linear,
  'motion-blur': linear,
  'defocus-blur': linear,
  blur: linear,
  'space-varying-blur': linear,
  downsample: { ...linear, zeta: 20, sigmaMax: 1 },
  jpeg: fineDetail,
  quantize: fineDetail,
  haze: fineDetail,
  clip: fineDetail,
  satellite: { ...linear, zeta: 30 },
  'low-light': { ...nonlinear, zeta: 100 },
  'phase-retrieval': { ...nonlinear, sigmaMax: 2.5 },
  'coded-diffraction': nonlinear,
  ptychography: nonlinear,
  module: own,
  onnx: own,
  tensorflow: own,
} as const;

export const dps = defineSolver({
  kind: 'chain',
  name: 'dps',
  summary: 'Diffusion Posterior Sampling: ancestral sampling guided by the likelihood of the denoised image',
  needs: { prior: 'diffusion', priorVjp: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, { steps, zeta, guidance, ...levels }, context) {
    const variance = equalVariance(problem);
    const sigmas = noiseLevels(prior, steps, levels, variance && Math.sqrt(variance));
    const asked = { guidance, paperStep: (...at: StepAt) => dpsStepSize(zeta, ...at) };
    return likelihoodChain({ measurement, problem, prior }, sigmas, asked, context);
  },
});
