/**
 * PnP-DM (Wu et al., NeurIPS 2024; arXiv 2405.18782): Gibbs sampling of an image x and a copy z of it that only the
 * measurement sees, tied by ‖x − z‖²/2ρ². z given x is a Gaussian restoration; x given z is what the reverse
 * diffusion makes of z at noise level ρ.
 *
 * In the limit it draws from p(x) N(y; Ax, σ_n²I + ρ²AAᵀ), the posterior as ρ → 0; but a small ρ mixes slowly, in
 * 1/ρ² rounds, and modes keep the shares they had when ρ fell below their distance. Any operator and noise; no
 * gradient of the network.
 *
 * Departs from the published code: z is drawn exactly where that has a closed form or pixels are measured one by one,
 * and the levels stay within what the prior knows.
 */
import { z } from 'zod';
import { karrasSigmas } from '../../src/core/schedule.js';
import { defineSolver } from '../define-solver.js';
import { ancestralStep, startState } from '../parts/ancestral.js';
import { dataDrawOptions, drawGivenData } from '../parts/data-draw.js';
import { noiseRange } from '../parts/noise-levels.js';

const options = z.strictObject({
  rounds: z.int().min(1).default(60).describe('draws of both images (published: 200)'),
  steps: z
    .int()
    .min(1)
    .default(50)
    .describe(
      'network evaluations of a reverse diffusion; with few of them its spread is too small (published: 100)',
    ),
  rhoMax: z.number().positive().default(5).describe('first ρ ([0, 1] units; published: 10 on [-1, 1])'),
  rhoMin: z.number().positive().default(0.05).describe('last ρ ([0, 1] units; published: 0.1 on [-1, 1])'),
  decay: z.number().gt(0).max(1).default(0.9).describe('factor of ρ from round to round'),
  ...dataDrawOptions,
});

/** ρ falls from where the measurement fixes all but fine detail to about the noise: docs/presets.md. */
const fineDetail = { rounds: 24, steps: 2, rhoMax: 0.3, rhoMin: 0.015, decay: 0.87 } as const;
const presets = {
  denoise: { rounds: 20, steps: 2, rhoMax: 0.3, rhoMin: 0.03, decay: 0.88 },
  'inpaint:fraction': { rounds: 30, steps: 2, rhoMax: 0.5, rhoMin: 0.01, decay: 0.85 },
  inpaint: { rounds: 30, steps: 2, rhoMax: 2.5, rhoMin: 0.01, decay: 0.8 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: fineDetail,
  clip: { rounds: 20, steps: 4, rhoMax: 0.1, rhoMin: 0.01, decay: 0.81 },
  'phase-retrieval': { rounds: 20, steps: 4, rhoMax: 1, rhoMin: 0.015, decay: 0.8, chainSteps: 20 },
} as const;

export const pnpDm = defineSolver({
  kind: 'chain',
  name: 'pnp-dm',
  summary: 'PnP-DM: Gibbs sampling between data and prior, tied ever closer; no gradient of the network',
  needs: { prior: 'diffusion', noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, { rounds, steps, rhoMax, rhoMin, decay, ...draw }, context) {
    const { lowest, highest } = noiseRange(prior, rhoMax);
    let x = startState(problem.imageShape, highest, context.random('init'));
    for (let k = 0; k < rounds; k++) {
      const rho = Math.max(highest * decay ** k, rhoMin, 2 * lowest);
      x = await drawGivenData(problem, measurement, x, rho, draw, context.random('data', k));
      const sigmas = steps > 1 ? karrasSigmas(steps, lowest, rho) : [rho, 0];
      for (let i = 0; i < steps; i++) {
        await context.step(k * steps + i, rounds * steps);
        const denoised = await prior.denoise(x, sigmas[i], context.signal);
        x = ancestralStep(x, denoised, sigmas[i], sigmas[i + 1], context.random('step', k, i));
      }
    }
    return x;
  },
});
