/**
 * DPS over the codes of a latent prior, "latent DPS" (the baseline of Rout et al., NeurIPS 2023, arXiv 2307.00619, and
 * of Song et al., ICLR 2024, arXiv 2307.08123): the algorithm of pixel/dps.ts with z for the image and A∘decoder for
 * the operator, so that each step goes down the gradient through operator, decoder and network,
 *
 *   z ← DDPM's step − ζ ∇‖y − A(decoder(D(z, σ)))‖.
 *
 * A decoder maps many codes to nearly the same image, and the gradient does not tell them apart: psld's gluing is meant
 * to mend that. No image is better than the autoencoder's own copy of it, and no spread is counted for what the decoder
 * cannot show.
 *
 * Departs from the published code as dps does, the bound of the step by Bayes' included. ζ is for codes of 3×64×64.
 */
import { z } from 'zod';
import { vpSigmas } from '../../src/core/schedule.js';
import { latentStepSize } from '../../src/core/units.js';
import { defineSolver } from '../define-solver.js';
import { codeProblem } from '../parts/code-problem.js';
import { latentImages } from '../parts/latent-images.js';
import { guidanceOption, likelihoodChain, type StepAt } from '../parts/likelihood-chain.js';
import { noiseRange } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('runs of network and decoder, each with a gradient'),
  zeta: z
    .number()
    .min(0)
    .default(5)
    .describe(
      "step size ζ in the paper's units (variance-preserving codes, 3×64×64, image on [-1, 1]; published: 1 with 1000 steps)",
    ),
  guidance: guidanceOption,
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it (units of codes, about unit variance)'),
});

/** Problems that leave a picture's outline known: a chain begins where codes are still seen (docs/presets.md). */
const outlined = { steps: 50, zeta: 10, sigmaMax: 1 };
const presets = {
  denoise: outlined,
  'gaussian-blur': outlined,
  downsample: outlined,
  'inpaint:fraction': outlined,
  inpaint: { steps: 100, zeta: 10, sigmaMax: 3 },
} as const;

export const latentDps = defineSolver({
  kind: 'chain',
  name: 'latent-dps',
  summary: 'DPS over codes: ancestral sampling guided by the likelihood of the decoded image',
  needs: { prior: 'latent', priorVjp: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets,

  async run({ measurement, problem, prior }, { steps, zeta, sigmaMax, guidance }, context) {
    const { codes } = prior;
    const images = latentImages(prior, problem.imageShape, context.signal);
    const { lowest, highest } = noiseRange(codes, sigmaMax);
    const task = { measurement, problem: codeProblem(problem, images), prior: codes };
    const asked = { guidance, mean: 0, paperStep: (...at: StepAt) => latentStepSize(zeta, ...at) };
    const code = await likelihoodChain(task, vpSigmas(steps, lowest, highest), asked, context);
    return images.decode(code);
  },
});
