/**
 * ΠGDM, pseudoinverse-guided diffusion (Song, Vahdat, Mardani, Kautz, ICLR 2023), for noisy linear measurements.
 *
 * p(x0 | x_σ) is taken for N(D, r²I), r² = vσ²/(v + σ²), which is exact for a prior N(m, vI). Then y given x_σ is
 * Gaussian and the denoiser that has seen it is
 *
 *   D_y = D + σ² Jᵀ Aᵀ (r²AAᵀ + σ_n²)⁻¹ (y − A D),  J = ∂D/∂x
 *
 * Departs from the published code: D_y takes the denoiser's place in ancestral sampling. The noisy variant that is in
 * circulation adds r²·Jᵀ Aᵀ(…)⁻¹(y − A D) to each step whatever its length, so that its result depends on the number
 * of steps. A chain begins at what the measurement says (parts/start-image.ts), and its levels end below the
 * measurement's noise.
 */
import { z } from 'zod';
import { axpy, difference, scale } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { explaining } from '../parts/data-step.js';
import { guidedChain } from '../parts/guided-chain.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { startImage } from '../parts/start-image.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations, each with one gradient'),
  priorVariance: z
    .number()
    .positive()
    .default(0.25)
    .describe('variance v of a pixel under the prior ([0, 1] units); published: 1 on [-1, 1]'),
  ...noiseLevelOptions,
});

/** With v below σ² coarse modes overshoot; with a large v fine detail is corrected too little: docs/presets.md. */
const fineDetail = { steps: 20, priorVariance: 1, sigmaMax: 0.3, spacing: 'geometric' } as const;
const presets = {
  denoise: { steps: 30, priorVariance: 0.03, sigmaMax: 0.5 },
  'inpaint:fraction': { steps: 30, priorVariance: 0.02, sigmaMax: 0.5, spacing: 'geometric' },
  inpaint: { steps: 30, priorVariance: 1, sigmaMax: 2.5, spacing: 'geometric' },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: fineDetail,
  // From high levels it runs away.
  '*': { ...fineDetail, steps: 30, sigmaMax: 0.5 },
} as const;

export const pigdm = defineSolver({
  kind: 'chain',
  name: 'pigdm',
  summary: 'ΠGDM: guidance that allows for the denoised image being uncertain, equally in all pixels',
  needs: { prior: 'diffusion', priorVjp: true, linear: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior, noiseVariance }, { steps, priorVariance, ...levels }, context) {
    const { operator } = problem;
    const sigmas = noiseLevels(prior, steps, levels, Math.sqrt(noiseVariance));
    const start = context.resumed
      ? undefined
      : await startImage({ problem, measurement }, () => context.step(0, steps));
    return guidedChain(
      prior,
      problem.imageShape,
      sigmas,
      async (denoiser, sigma) => {
        const denoised = denoiser.value;
        const variance = (priorVariance * sigma ** 2) / (priorVariance + sigma ** 2);
        const residual = difference(measurement, await operator.apply(denoised));
        // Aᵀ(r²AAᵀ + σ_n²)⁻¹ = (AᵀA + σ_n²/r²)⁻¹ Aᵀ / r²
        const rho = noiseVariance / variance;
        const pull = await explaining(operator, residual, rho);
        const guided = await denoiser.pullback(pull);
        scale(sigma ** 2 / variance, guided.data);
        axpy(1, denoised.data, guided.data);
        return guided;
      },
      context,
      start,
    );
  },
});
