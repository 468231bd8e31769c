/**
 * DAPS, decoupled annealing posterior sampling (Zhang et al., CVPR 2025; arXiv 2407.01521). At each noise level σ a few
 * steps of the probability-flow equation give x̂0; p(x0 | x_σ, y) is taken for N(x0; x̂0, σ²I)·p(y | x0) and drawn
 * from; fresh noise of the next level is added. Any operator and noise; no gradient of the network.
 *
 * With the true p(x0 | x_σ, y) this is exact; the Gaussian in its place is too wide where the measurement says nothing,
 * and so are the samples, whatever the number of steps. In images neighbours tell most of a pixel: there σ² is so much
 * too wide that the noise it leaves never goes away, and `priorVariance` sets r² = vσ²/(v + σ²) in its place. With one
 * step of the flow, x̂0 = D, that is exact for a prior N(m, vI). What is left of it is white, as the noise that the
 * denoiser knows and unlike what an image may be; the next level has it on top of its own noise. With `countDrawn`
 * a share c of it is part of that level's: fresh noise of variance σ'² − cr² is added and not of σ'². No posterior of
 * the model above, but better images; with all of it they are too narrow by a quarter, with half of it they are not:
 * docs/presets.md.
 *
 * Departs from the published code: the likelihood is the problem's own (there its variance is a fiftieth of the true
 * one: τ = 0.01 against σ_n = 0.05, and a missing ½); where the draw has a closed form, or one for each pixel, it is
 * used; the step of a Markov chain is relative to the curvature, not tuned for each problem; levels stay within what
 * the prior knows; a chain begins at what a linear measurement says (parts/start-image.ts).
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { dataDrawOptions } from '../parts/data-draw.js';
import { decoupledAnnealing } from '../parts/decoupled-annealing.js';
import { startImage } from '../parts/start-image.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(50).describe('noise levels (published: 200)'),
  flowSteps: z.int().min(1).default(5).describe('network evaluations at each level'),
  sigmaMax: z
    .number()
    .positive()
    .default(50)
    .describe('highest noise level, if the prior knows it ([0, 1] units; published: 100 on [-1, 1])'),
  sigmaMin: z
    .number()
    .positive()
    .default(0.05)
    .describe('lowest noise level before 0 ([0, 1] units; published: 0.1 on [-1, 1])'),
  priorVariance: z
    .number()
    .positive()
    .optional()
    .describe(
      'variance v of a pixel under the prior, given its neighbours ([0, 1] units): the spread of the draw is then r² = vσ²/(v + σ²); absent: r = σ, as published',
    ),
  countDrawn: z
    .union([z.boolean(), z.number().min(0).max(1)])
    .default(false)
    .describe(
      "share of the draw's noise, r², that counts towards the next level's, 0 to 1; true: all of it (published: none, fresh noise is all of it)",
    ),
  ...dataDrawOptions,
});

/** Chosen on photographs that are not reported on: docs/presets.md. */
const fineDetail = {
  steps: 20,
  flowSteps: 1,
  sigmaMax: 0.3,
  sigmaMin: 0.004,
  priorVariance: 0.003,
  countDrawn: 0.5,
} as const;
const presets = {
  denoise: { ...fineDetail, sigmaMin: 0.01, priorVariance: 0.01, countDrawn: 0.6 },
  'inpaint:fraction': { ...fineDetail, steps: 40, sigmaMax: 0.5, sigmaMin: 0.01 },
  inpaint: { ...fineDetail, steps: 40, sigmaMax: 2.5, sigmaMin: 0.01 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: fineDetail,
  clip: { ...fineDetail, sigmaMin: 0.02, priorVariance: 0.01 },
  'low-light': { ...fineDetail, sigmaMin: 0.01, priorVariance: 0.01 },
  'phase-retrieval': { steps: 40, flowSteps: 1, sigmaMax: 2.5, sigmaMin: 0.02, chainSteps: 20 },
  '*': { ...fineDetail, steps: 40, sigmaMax: 2.5, sigmaMin: 0.01 },
} as const;

export const daps = defineSolver({
  kind: 'chain',
  name: 'daps',
  summary:
    'DAPS: at each noise level a clean image, a draw given the data, and fresh noise; any operator and noise',
  needs: { prior: 'diffusion', noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run(task, asked, context) {
    const start = context.resumed ? undefined : await startImage(task, () => context.step(0, asked.steps));
    return decoupledAnnealing(task, asked, context, start?.data);
  },
});
