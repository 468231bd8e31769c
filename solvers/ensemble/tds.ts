/**
 * TDS, the twisted diffusion sampler (Wu, Trippe, Naesseth, Blei, Cunningham, NeurIPS 2023; arXiv 2306.17775), for
 * linear measurements: sequential Monte Carlo whose potentials are what the denoiser makes of the likelihood,
 *
 *   ψ_σ(x) = N(y; A D(x), r²AAᵀ + σ_n²),  r² = vσ²/(v + σ²),  ψ_0 = p(y | x0)
 *
 * and whose proposals follow their gradient, D + σ² ∇log ψ_σ. It converges to the posterior as particles and steps
 * grow.
 *
 * Departs from the published code: systematic resampling below an effective sample size, not in every step. The
 * determinants of ψ's covariances cancel in the product of all weights and are left out.
 */
import { z } from 'zod';
import { difference, dot, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { explaining } from '../parts/data-step.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

import { resamplingOption, twistedParticles } from '../parts/twisted-particles.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('network evaluations of each particle, each with one gradient'),
  priorVariance: z
    .number()
    .positive()
    .default(0.25)
    .describe(
      'variance v of a pixel under the prior ([0, 1] units); with too small a one weights and evidence are lost; published: 1 on [-1, 1]',
    ),
  resampleBelow: resamplingOption,
  ...noiseLevelOptions,
  spacing: noiseLevelOptions.spacing.default('karras'),
});

export const tds = defineSolver({
  kind: 'ensemble',
  name: 'tds',
  summary: 'Twisted diffusion sampler: weighted particles guided by the denoised image; exact in the limit',
  needs: { prior: 'diffusion', priorVjp: true, linear: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, priorVariance, resampleBelow, ...levels },
    context,
  ) {
    const { operator } = problem;
    const sigmas = noiseLevels(prior, steps, levels);
    return twistedParticles(
      problem,
      measurement,
      sigmas,
      resampleBelow,
      async (x, sigma) => {
        const denoiser = await prior.linearize(x, sigma, context.signal);
        try {
          const denoised = denoiser.value;
          const variance = (priorVariance * sigma ** 2) / (priorVariance + sigma ** 2);
          const rho = noiseVariance / variance;
          const residual = difference(measurement, await operator.apply(denoised));
          // Aᵀ(r²AAᵀ + σ_n²)⁻¹e = p/r² with p = (AᵀA + ρ)⁻¹Aᵀe, and eᵀ(…)⁻¹e = (‖e − Ap‖² + ρ‖p‖²)/σ_n².
          const p = await explaining(operator, residual, rho);
          const rest = difference(residual, await operator.apply(p)).data;
          const quadratic = (dot(rest, rest) + rho * dot(p.data, p.data)) / noiseVariance;
          const shift = await denoiser.pullback(p);
          scale(sigma ** 2 / variance, shift.data);
          return { denoised, shift, logPotential: -quadratic / 2 };
        } finally {
          denoiser.release();
        }
      },
      context,
    );
  },
});
