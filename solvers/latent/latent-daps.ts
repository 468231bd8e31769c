/**
 * DAPS over the codes of a latent prior ("LatentDAPS", Zhang et al., CVPR 2025, arXiv 2407.01521, §3.3). At each noise
 * level σ a few steps of the probability-flow equation give ẑ0; a Markov chain through the decoder draws from
 *
 *   p(z0 | z_σ, y) ∝ N(z0; ẑ0, r²I) · p(y | A(decoder(z0)));
 *
 * fresh noise of the next level is added. No gradient of the network, one of the decoder in each step of the chain.
 *
 * Departs from the published code as daps does: the likelihood is the problem's own (there its variance is half of
 * τ², whatever the noise, and each value of the gradient is clipped to ±1), and steps are relative to the curvature.
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { codeProblem } from '../parts/code-problem.js';
import { dataDrawOptions } from '../parts/data-draw.js';
import { decoupledAnnealing } from '../parts/decoupled-annealing.js';
import { latentImages } from '../parts/latent-images.js';

const { sampler, ...chain } = dataDrawOptions;

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(25).describe('noise levels (published: 50)'),
  flowSteps: z.int().min(1).default(2).describe('network evaluations at each level'),
  sigmaMax: z
    .number()
    .positive()
    .default(10)
    .describe('highest noise level, if the prior knows it (units of codes, about unit variance)'),
  sigmaMin: z.number().positive().default(0.1).describe('lowest noise level before 0 (units of codes)'),
  priorVariance: z
    .number()
    .positive()
    .optional()
    .describe(
      'variance v of a code under the prior, given its neighbours: the spread of the draw is then r² = vσ²/(v + σ²); absent: r = σ, as published',
    ),
  countDrawn: z
    .boolean()
    .default(false)
    .describe(
      "whether noise of the draw, r², counts towards the next level's (published: fresh noise is all of it)",
    ),
  ...chain,
  sampler: sampler.unwrap().extract(['langevin', 'hmc']).default('langevin').describe('of the draw'),
  chainSteps: chain.chainSteps
    .default(20)
    .describe('steps of the chain, each with a gradient of the decoder'),
});

/** Problems that leave a picture's outline known: a chain begins where codes are still seen (docs/presets.md). */
const outlined = {
  ...{ steps: 12, flowSteps: 1, sigmaMax: 1, sigmaMin: 0.02, priorVariance: 0.1, countDrawn: true },
  ...{ chainSteps: 20, stepSize: 0.8 },
} as const;
const presets = {
  denoise: outlined,
  'gaussian-blur': outlined,
  'motion-blur': outlined,
  'defocus-blur': outlined,
  blur: outlined,
  'space-varying-blur': outlined,
  satellite: outlined,
  downsample: outlined,
  demosaic: outlined,
  'inpaint:fraction': { ...outlined, chainSteps: 40 },
  inpaint: { ...outlined, sigmaMax: 5, sampler: 'hmc', momentum: 0.7, chainSteps: 40 },
} as const;

export const latentDaps = defineSolver({
  kind: 'chain',
  name: 'latent-daps',
  summary: 'DAPS over codes: at each noise level a clean code, a draw given the data, and fresh noise',
  needs: { prior: 'latent', decoderVjp: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, asked, context) {
    const images = latentImages(prior, problem.imageShape, context.signal);
    const task = { measurement, problem: codeProblem(problem, images), prior: prior.codes };
    return images.decode(await decoupledAnnealing(task, asked, context, 0));
  },
});
