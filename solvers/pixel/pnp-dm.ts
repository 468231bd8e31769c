/**
 * PnP-DM (Wu et al., NeurIPS 2024; arXiv 2405.18782): Gibbs sampling of an image x and a copy z of it that only the
 * measurement sees, tied by ‖x − z‖²/2ρ². z given x is a Gaussian restoration; x given z is what the reverse
 * diffusion makes of z at noise level ρ.
 *
 * In the limit it draws from p(x) N(y; Ax, σ_n²I + ρ²AAᵀ), the posterior as ρ → 0; but a small ρ mixes slowly, in
 * 1/ρ² rounds, and modes keep the shares they had when ρ fell below their distance. Any operator and noise; no
 * gradient of the network.
 *
 * Departs from the published code: z is drawn exactly where that has a closed form or pixels are measured one by one;
 * the reverse diffusion's steps are of second order; the levels stay within what the prior knows.
 */
import { z } from 'zod';
import { equalVariance } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { startState } from '../parts/ancestral.js';
import { dataDrawOptions, drawGivenData } from '../parts/data-draw.js';
import { noiseRange } from '../parts/noise-levels.js';
import { drawGiven } from '../parts/reverse-diffusion.js';
import type { Context } from '../solver.js';

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
  rhoMin: z
    .number()
    .positive()
    .optional()
    .describe(
      'last ρ ([0, 1] units; published: 0.1 on [-1, 1]); absent: a quarter of white noise, 0.05 of other noise',
    ),
  decay: z.number().gt(0).max(1).default(0.9).describe('factor of ρ from round to round'),
  ...dataDrawOptions,
});

/** ρ falls from where the measurement fixes all but fine detail to below the noise: docs/presets.md. */
const fineDetail = { rounds: 24, steps: 5, rhoMax: 0.3, decay: 0.8 } as const;
const presets = {
  denoise: fineDetail,
  'inpaint:fraction': { rounds: 40, steps: 5, rhoMax: 0.5, decay: 0.85 },
  inpaint: { rounds: 40, steps: 5, rhoMax: 2.5, decay: 0.8 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: fineDetail,
  clip: { rounds: 20, steps: 4, rhoMax: 0.1, rhoMin: 0.01, decay: 0.81 },
  'phase-retrieval': { rounds: 20, steps: 4, rhoMax: 1, rhoMin: 0.015, decay: 0.8, chainSteps: 20 },
  // Of all that have none: few of the published rounds, and with 50 steps each 3000 evaluations.
  '*': { rounds: 30, steps: 5, rhoMax: 2.5, decay: 0.8 },
} as const;

/** Of noise that is not white and Gaussian. */
const RHO_MIN = 0.05;

export const pnpDm = defineSolver({
  kind: 'chain',
  name: 'pnp-dm',
  summary: 'PnP-DM: Gibbs sampling between data and prior, tied ever closer; no gradient of the network',
  needs: { prior: 'diffusion', noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, { rounds, steps, rhoMax, rhoMin, decay, ...draw }, context) {
    const variance = equalVariance(problem);
    const last = rhoMin ?? (variance === undefined ? RHO_MIN : Math.sqrt(variance) / 4);
    const { lowest, highest } = noiseRange(prior, rhoMax, 2 * last);
    const { resumed } = context;
    let x = resumed?.state['x'] ?? startState(problem.imageShape, highest, context.random('init'));
    for (let k = (resumed?.step ?? 0) / steps; k < rounds; k++) {
      const rho = Math.max(highest * decay ** k, last, lowest);
      const noisy = await drawGivenData(problem, measurement, x, rho, draw, context.random('data', k));
      x = await drawGiven(prior, noisy, rho, steps, inRound(context, { k, rounds, steps, x }));
    }
    return x;
  },
});

interface Round {
  readonly k: number;
  readonly rounds: number;
  readonly steps: number;
  /** What it begins with. */
  readonly x: FloatArray;
}

/** The steps of round k, as those of the whole run; only a round's beginning is gone on from. */
function inRound(context: Context, { k, rounds, steps, x }: Round): Context {
  return {
    ...context,
    resumed: undefined,
    random: (purpose, ...path) => context.random(purpose, k, ...path),
    step: (i) => context.step(k * steps + i, rounds * steps, i === 0 ? { x } : undefined),
  };
}
