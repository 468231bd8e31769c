/**
 * Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg 2013) with the noise levels of DPIR (Zhang et al., TPAMI
 * 2021; arXiv 2008.13751): the denoiser takes the place of the prior's proximal map.
 *
 *   x = argmin ‖y − Ax‖² + ρ‖x − v + u‖²,  v = D(x + u, σ),  u ← u + x − v,  ρ = λσ_n²/σ²
 *
 * σ falls in constant ratio to the measurement's noise. With `dual=false` u stays zero: half-quadratic splitting, as
 * DPIR. One image and no uncertainty. For a Gaussian prior, constant σ and λ = 1 it converges to the posterior's
 * mean. Each step denoises in a random orientation, where the prior's card says that its images have none
 * (parts/equivariant.ts): 0.1 dB.
 */
import { z } from 'zod';
import type { State } from '../../src/core/checkpoints.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import { defineSolver } from '../define-solver.js';
import { equivariantDenoise } from '../parts/equivariant.js';
import { noiseRange } from '../parts/noise-levels.js';
import { splitting } from '../parts/splitting.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(24).describe('network evaluations (DPIR: 8 to 24)'),
  lambda: z.number().positive().default(0.23).describe('weight λ of the denoised image (DPIR: 0.23)'),
  sigmaMax: z
    .number()
    .positive()
    .default(49 / 255)
    .describe('first noise level ([0, 1] units; DPIR: 49/255)'),
  sigmaMin: z
    .number()
    .positive()
    .optional()
    .describe('last noise level ([0, 1] units); by default that of the measurement'),
  fresh: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of each level's noise that is added before denoising (SNORE; DPIR: 0)"),
  dual: z.boolean().default(true).describe('false: half-quadratic splitting'),
});

/** Splitting gains where detail is fine, ADMM where something is to be filled in: docs/presets.md. */
const fineDetail = { steps: 20, sigmaMax: 0.3, dual: false } as const;
const presets = {
  denoise: fineDetail,
  'inpaint:fraction': { steps: 40, sigmaMax: 0.5 },
  inpaint: { steps: 40, sigmaMax: 10 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: { ...fineDetail, fresh: 0.5 },
} as const;

export const pnpAdmm = defineSolver({
  kind: 'point',
  name: 'pnp-admm',
  summary: 'plug-and-play ADMM with the denoiser of the prior: one image, few network evaluations',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets,

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, lambda, sigmaMax, sigmaMin, dual, fresh },
    context,
  ) {
    const { operator } = problem;
    const { lowest, highest } = noiseRange(prior, sigmaMax);
    const last = Math.max(lowest, Math.min(sigmaMin ?? Math.sqrt(noiseVariance), 0.999 * highest));
    const sigmas = geometricSigmas(steps, last, highest).subarray(0, steps);
    const random = (k: number) => context.random('noise', k);
    const begin = (k: number, state: State) => context.step(k, steps, state);
    const { resumed } = context;
    const how = { sigmas, lambda, dual, fresh, random, begin, resumed };
    return splitting({ operator, measurement, noiseVariance, ...how }, (x, sigma, k) =>
      equivariantDenoise(prior, x, sigma, context.random('orientation', k), context.signal),
    );
  },
});
