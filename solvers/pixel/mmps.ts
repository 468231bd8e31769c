/**
 * MMPS, moment-matching posterior sampling (Rozet, Andry, Lanusse, Louppe, NeurIPS 2024; arXiv 2405.13712).
 *
 * p(x0 | x_σ) is taken for the Gaussian with its true mean D and true covariance σ²J, J = ∂D/∂x (Tweedie's second
 * formula). Then y given x_σ is Gaussian and the denoiser that has seen it is
 *
 *   D_y = D + σ² Jᵀ Aᵀ v,  (Σ_n + A σ²Jᵀ Aᵀ) v = y − A D
 *
 * which is exact for Gaussian priors. v is found by a few iterations, each a product with J. J is held constant: no
 * second derivatives.
 *
 * Departs from the published code, whose samples of photographs are half as wide as their errors in 20 steps: a
 * chain begins at what the measurement says (parts/start-image.ts) and noise, not at grey; where the noise is white,
 * the system of v is preconditioned by what it would be were J even, with the mean slope that the denoiser states;
 * its steps are of second order; its levels end below the measurement's noise, and what is left open there is drawn,
 * with the mean variance that the denoiser states, where the noise is white. The mean of a few samples is off by
 * their spread besides; the presets' estimate is made by splitting (parts/splitting.ts), and the interval lies about
 * it.
 */
import { z } from 'zod';
import type { NoiseModel } from '../../problems/noise.js';
import type { LinearOperator } from '../../problems/operator.js';
import { equalVariance } from '../../problems/problem.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { gmres } from '../../src/core/gmres.js';
import type { Awaitable, Linearization } from '../../src/core/linearization.js';
import { axpy, difference, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { noised } from '../parts/ancestral.js';
import { drawGivenData, exactDraw } from '../parts/data-draw.js';
import { explaining } from '../parts/data-step.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { probeJacobian } from '../parts/probed-jacobian.js';
import { reverseDiffusion } from '../parts/reverse-diffusion.js';
import { estimateBySplitting, estimateOptions } from '../parts/splitting.js';
import { startImage } from '../parts/start-image.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('noise levels, each of two network evaluations, or one where the noise is not white'),
  iterations: z
    .int()
    .min(1)
    .default(5)
    .describe(
      'most gradients of the network in a step, besides the last: iterations of GMRES (published: 1 to 5)',
    ),
  ...estimateOptions,
  ...noiseLevelOptions,
});

/** Few iterations leave fine detail undone; more of them need fewer levels: docs/presets.md. */
const fineDetail = {
  steps: 11,
  iterations: 3,
  estimateSteps: 20,
  sigmaMax: 0.5,
  spacing: 'geometric',
} as const;
/** Where the measurement shows little of the noise at fine detail. */
const softened = { ...fineDetail, estimateNoise: 0.5 } as const;
/** From as high as what is missing asks for. */
const sparse = { steps: 20, iterations: 4, sigmaMax: 2.5, spacing: 'geometric' } as const;
const presets = {
  denoise: fineDetail,
  inpaint: { ...sparse, sigmaMax: 10 },
  'inpaint:fraction': { ...sparse, estimateSteps: 40, sigmaMax: 1 },
  'gaussian-blur': softened,
  'motion-blur': fineDetail,
  blur: fineDetail,
  'defocus-blur': softened,
  satellite: fineDetail,
  'space-varying-blur': softened,
  downsample: softened,
  '*': sparse,
} as const;

export const mmps = defineSolver({
  kind: 'chain',
  name: 'mmps',
  summary: 'MMPS: guidance with the covariance that the network itself implies; exact for Gaussian priors',
  needs: { prior: 'diffusion', priorVjp: true, linear: true, noise: 'variance' },
  samplesPosterior: true,
  options,
  presets,

  estimate: estimateBySplitting,

  async run({ measurement, problem, prior }, { steps, iterations, ...levels }, context) {
    const { signal, random } = context;
    const variance = equalVariance(problem);
    const sigmas = noiseLevels(prior, steps, levels, variance && Math.sqrt(variance));
    const guide = matchMoments(problem.operator, problem.noise, measurement, iterations);
    const guided = async (x: FloatArray, sigma: number, i: number) => {
      const denoiser = await prior.linearize(x, sigma, signal);
      try {
        // Where AAᵀ is a multiple of I, P is one, and changes nothing.
        if (variance === undefined || problem.operator.rowScale !== undefined)
          return await guide(denoiser, sigma);
        const { slope } = await probeJacobian(prior, x, denoiser.value, sigma, random('slope', i), signal);
        return await guide(denoiser, sigma, evenly(problem.operator, variance, sigma ** 2 * slope));
      } finally {
        denoiser.release();
      }
    };
    const start = () => startImage({ problem, measurement }, () => context.step(0, steps));
    const state = context.resumed?.state['x'] ?? noised(await start(), sigmas[0], random('init'));
    if (variance === undefined) return reverseDiffusion(state, sigmas, guided, context);
    const x = await reverseDiffusion(state, sigmas.subarray(0, steps), guided, context);
    const last = sigmas[steps - 1];
    const denoised = await prior.denoise(x, last, signal);
    const { slope } = await probeJacobian(prior, x, denoised, last, random('probe'), signal);
    const spread = last * Math.sqrt(slope);
    return drawGivenData(problem, measurement, denoised, spread, exactDraw, random('last'));
  },
});

/** u ↦ Pu, near the inverse of what is solved. */
type Preconditioner = (u: FloatArray) => Awaitable<FloatArray>;

const asItIs: Preconditioner = (u) => u;

/** P = (σ_n² + r²AAᵀ)⁻¹ = (1 − A(AᵀA + σ_n²/r²)⁻¹Aᵀ)/σ_n²: what is solved, were J the same in every direction. */
function evenly(operator: LinearOperator, noiseVariance: number, variance: number): Preconditioner {
  return async (u) => {
    const seen = await operator.apply(await explaining(operator, u, noiseVariance / variance));
    return mapArray(u, (value, i) => (value - seen.data[i]) / noiseVariance);
  };
}

/**
 * D_y of a denoiser linearized at x_σ, for any x that a linear operator measures.
 * @param iterations at most, each a pullback through the denoiser: of GMRES, since a network's J is not symmetric. The
 * guide may be given a preconditioner: then u with (Σ_n + …)Pu = y − A D is sought, and v = Pu.
 */
export function matchMoments(
  operator: Pick<LinearOperator, 'apply' | 'adjoint'>,
  noise: Required<Pick<NoiseModel, 'variance'>>,
  measurement: FloatArray,
  iterations: number,
): (denoiser: Linearization, sigma: number, precondition?: Preconditioner) => Promise<FloatArray> {
  return async (denoiser, sigma, precondition = asItIs) => {
    const denoised = denoiser.value;
    const clean = await operator.apply(denoised);
    const noiseVariance = noise.variance(clean);
    const varianceAt = (i: number) => (typeof noiseVariance === 'number' ? noiseVariance : noiseVariance[i]);
    const covariance = async (v: FloatArray) => {
      const seen = await operator.apply(await denoiser.pullback(await operator.adjoint(v)));
      return mapArray(v, (value, i) => varianceAt(i) * value + sigma ** 2 * seen.data[i]);
    };
    const residual = difference(measurement, clean);
    const u = await gmres(async (of) => covariance(await precondition(of)), residual, { iterations });
    const v = await precondition(u);
    const guided = await denoiser.pullback(await operator.adjoint(v));
    scale(sigma ** 2, guided.data);
    axpy(1, denoised.data, guided.data);
    return guided;
  };
}
