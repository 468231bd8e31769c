/**
 * TReg (Kim, Park, Chung, Ye, "Regularization by texts for latent diffusion inverse solvers", ICLR 2025; arXiv
 * 2311.15658): DDIM over codes, steered by a text. Every few steps the clean image is made to agree with the
 * measurement, encoded again, and mixed with what the chain has, at the next level σ' with ā = 1/(1 + σ'²):
 *
 *   u = argmin ‖Au − y‖²/(2σ_n²) + ‖u − decoder(ẑ0)‖²/(2r²),   ẑ = ā E(u) + (1 − ā) ẑ0,
 *   z ← ẑ + σ'(√(1 − ā) ε̂ + √ā n)
 *
 * Adaptive negation: what the chain steers away from is moved off what u shows, c∅ ← c∅ − a·sign(f(u)), f the features
 * of an image encoder. (Published as ten steps of Adam on ⟨f, c∅⟩; that is linear, so that each of them moves every
 * number by the rate.) It needs a folder with `image_encoder/`.
 *
 * A text decides what the measurement leaves open; its images are no draws from a posterior. No gradient of anything.
 *
 * Departs from the published code: the weight of the data is the noise's own (there λ = 10⁻⁴, which is r = ½ for the
 * noise of 0.01 that it assumes); solved as well as the operator can be (there five steps of conjugate gradients); the
 * encoder gives its mean; time steps are not shifted by one; noise levels are the prior's.
 */
import { z } from 'zod';
import type { LatentPrior, Negation } from '../../models/prior.js';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { Random } from '../../src/core/random.js';
import { defineSolver } from '../define-solver.js';
import { ddimStep, startState } from '../parts/ancestral.js';
import { moveToData } from '../parts/data-step.js';
import { latentImages } from '../parts/latent-images.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(50).describe('noise levels of the chain (published: 200)'),
  every: z.int().min(1).default(3).describe('steps from one data step to the next'),
  until: z
    .number()
    .min(0)
    .max(1)
    .default(0.85)
    .describe('share of the steps after which the chain is left to itself'),
  trust: z
    .number()
    .positive()
    .default(0.5)
    .describe('r: how far the decoded image may be from the truth, [0, 1] units'),
  negation: z
    .number()
    .min(0)
    .optional()
    .describe(
      'a, how far each data step moves what is steered away from; absent: 0.008, as published, where the prior has an image encoder',
    ),
  ...noiseLevelOptions,
  sigmaMax: noiseLevelOptions.sigmaMax.describe(
    'highest noise level, if the prior knows it (units of codes, about unit variance)',
  ),
});

export const treg = defineSolver({
  kind: 'chain',
  name: 'treg',
  summary: 'TReg: DDIM over codes, steered by a text, and a data step every few steps; no gradient',
  needs: { prior: 'latent', text: true, encoder: true, linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { steps, every, until, trust, negation, ...levels }, context) {
    const { problem, measurement, noiseVariance } = task;
    const rate = negationRate(task.prior, negation);
    const images = latentImages(task.prior, problem.imageShape, context.signal);
    const sigmas = noiseLevels(task.prior.codes, steps, levels);
    const { step: begun = 0, state } = context.resumed ?? {};
    let shift = state?.['shift']?.data;
    let steered = shift ? task.prior.negation!.moved(shift) : task.prior;
    let code = state?.['code'] ?? startState(images.codeShape, sigmas[0], context.random('init'), 0);
    for (let i = begun; i < steps; i++) {
      await context.step(i, steps, { code, ...(shift && { shift: floatArray(shift, [shift.length]) }) });
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const clean = await steered.codes.denoise(code, sigma, context.signal);
      if (i % every !== 0 || i >= until * steps) {
        code = ddimStep(code, clean, sigma, next);
        continue;
      }
      const image = await images.decode(clean);
      await moveToData(problem.operator, measurement, image, noiseVariance / trust ** 2);
      if (rate > 0 && steered.negation) {
        shift = await movedOff(steered.negation, image, rate, shift, context.signal);
        steered = steered.negation.moved(shift);
      }
      code = mixed(code, clean, await images.encode(image), sigma, next, context.random('step', i));
    }
    return images.decode(code);
  },
});

/** Ten steps of Adam at a rate of 8e-4. */
const PUBLISHED_NEGATION = 0.008;

function negationRate(prior: LatentPrior, asked: number | undefined): number {
  if (asked === undefined) return prior.negation ? PUBLISHED_NEGATION : 0;
  if (asked === 0 || prior.negation) return asked;
  throw new UsageError(
    `solver treg: negation=${asked} needs a text, guidance other than 1 and a prior with an image encoder ` +
      `(image_encoder/), but prior ${prior.name} lacks one of them`,
  );
}

async function movedOff(
  { features }: Negation,
  image: FloatArray,
  rate: number,
  shift: Float32Array | undefined,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const shown = await features(image, signal);
  return shown.map((value, i) => (shift?.[i] ?? 0) - rate * Math.sign(value));
}

/** ẑ + σ'(√(1 − ā) ε̂ + √ā n): noise of variance σ'², of which ā is new. */
function mixed(
  code: FloatArray,
  clean: FloatArray,
  consistent: FloatArray,
  sigma: number,
  next: number,
  random: Random,
): FloatArray {
  const share = 1 / (1 + next ** 2);
  const [old, fresh] = [(next / sigma) * Math.sqrt(1 - share), next * Math.sqrt(share)];
  return mapArray(clean, (value, i) => {
    const centre = share * consistent.data[i] + (1 - share) * value;
    return centre + old * (code.data[i] - value) + fresh * random.normal();
  });
}
