/**
 * PSLD (Rout, Raoof, Daras, Caramanis, Dimakis, Shakkottai, NeurIPS 2023; arXiv 2307.00619): DPS over codes, and a pull
 * of the clean code towards a fixed point of the autoencoder ("gluing"), so that of all the codes whose images explain
 * the measurement the one is taken that the encoder would give:
 *
 *   z ← DDIM's step − ω ∇‖y − A x̂‖ − γ ∇‖E(x̂ + A⁺(y − A x̂)) − ẑ0‖,   ẑ0 = D(z, σ), x̂ = decoder(ẑ0)
 *
 * A step does not know how strong the noise is, and its length does not follow from Bayes' rule: the spread of its
 * samples is no uncertainty.
 *
 * Departs from the published code: A⁺ is (AᵀA + (σ_n/r)²)⁻¹Aᵀ, what the measurement makes of an image that is known to
 * ±r (there Aᵀ, which for blur is coded as the identity; the theorem asks for AAᵀ = I); no fresh noise is added to A x̂
 * at each step; the encoder gives its mean; ω is bounded by Bayes' step, as in latent-dps, so that noise is not fitted,
 * and γ by the way to what the encoder gives, so that a fixed point is one (a norm's gradient has length 1 right beside
 * it); the state is variance exploding (an exact change of variables), and steps scale with √(size of the code).
 */
import { z } from 'zod';
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { latentStepSize } from '../../src/core/units.js';
import { axpy, difference, norm } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { ddimStep, startState } from '../parts/ancestral.js';
import { explaining } from '../parts/data-step.js';
import { type LatentImages, latentImages } from '../parts/latent-images.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('runs of network, decoder and encoder, each with a gradient (published: 1000)'),
  omega: z
    .number()
    .min(0)
    .default(5)
    .describe('ω, the pull towards the measurement, the published units (published: 1)'),
  gamma: z
    .number()
    .min(0)
    .default(0.5)
    .describe('γ, the pull towards a fixed point of the autoencoder (published: 0.1)'),
  trust: z
    .number()
    .positive()
    .default(0.1)
    .describe('r: how far the decoded image may be from the truth where it is glued, [0, 1] units'),
  ...noiseLevelOptions,
  sigmaMax: noiseLevelOptions.sigmaMax.describe(
    'highest noise level, if the prior knows it (units of codes, about unit variance)',
  ),
});

/** Problems that leave a picture's outline known: a chain begins where codes are still seen (docs/presets.md). */
const outlined = { steps: 50, omega: 10, gamma: 1, sigmaMax: 1 };
const presets = {
  denoise: outlined,
  'gaussian-blur': outlined,
  downsample: outlined,
  'inpaint:fraction': outlined,
  inpaint: { steps: 100, omega: 10, gamma: 1, sigmaMax: 3 },
} as const;

export const psld = defineSolver({
  kind: 'chain',
  name: 'psld',
  summary: 'PSLD: DDIM over codes, pulled towards the measurement and a fixed point of the autoencoder',
  needs: {
    prior: 'latent',
    priorVjp: true,
    encoder: true,
    encoderVjp: true,
    linear: true,
    noise: 'gaussian',
  },
  samplesPosterior: false,
  options,
  presets,

  async run(task, { steps, omega, gamma, trust, ...levels }, context) {
    const { signal } = context;
    const { problem, measurement, prior, noiseVariance } = task;
    const images = latentImages(prior, problem.imageShape, signal);
    const asked = { operator: problem.operator, measurement, images, rho: noiseVariance / trust ** 2 };
    const sigmas = noiseLevels(prior.codes, steps, levels);
    const { resumed } = context;
    let code = resumed?.state['code'] ?? startState(images.codeShape, sigmas[0], context.random('init'), 0);
    for (let i = resumed?.step ?? 0; i < steps; i++) {
      await context.step(i, steps, { code });
      const [sigma, next] = [sigmas[i], sigmas[i + 1]];
      const unit = latentStepSize(1, sigma, next, code.size);
      const bayes = (sigma ** 2 - next ** 2) / noiseVariance;
      const denoiser = await prior.codes.linearize(code, sigma, signal);
      try {
        const pull = await pullOnClean(asked, denoiser.value, {
          omega: omega * unit,
          gamma: gamma * unit,
          bayes,
        });
        code = ddimStep(code, denoiser.value, sigma, next);
        axpy(1, (await denoiser.pullback(pull)).data, code.data);
      } finally {
        denoiser.release();
      }
    }
    return images.decode(code);
  },
});

interface Gluing {
  readonly operator: LinearOperator;
  readonly measurement: FloatArray;
  readonly images: LatentImages;
  /** (σ_n/r)² of A⁺. */
  readonly rho: number;
}

/** −∇(ω‖y − A x̂‖ + γ‖E(x̂ + A⁺(y − A x̂)) − ẑ0‖) with respect to ẑ0; ω's part is no longer than Bayes' step. */
async function pullOnClean(
  { operator, measurement, images, rho }: Gluing,
  clean: FloatArray,
  { omega, gamma, bayes }: { omega: number; gamma: number; bayes: number },
): Promise<FloatArray> {
  const decoder = await images.linearize(clean);
  try {
    const residual = difference(measurement, await operator.apply(decoder.value));
    const towards = await operator.adjoint(
      scaled(residual, Math.min(omega / (norm(residual.data) || 1), bayes)),
    );
    if (gamma === 0) return await decoder.pullback(towards);
    const glued = await explaining(operator, residual, rho);
    axpy(1, decoder.value.data, glued.data);
    const encoder = await images.linearizeEncode(glued);
    try {
      const off = difference(encoder.value, clean);
      const along = scaled(off, Math.min(gamma / (norm(off.data) || 1), 1));
      const onImage = await encoder.pullback(along);
      // x̂ + A⁺(y − A x̂) depends on x̂ by I − A⁺A, which is symmetric.
      const seen = await explaining(operator, await operator.apply(onImage), rho);
      axpy(-1, onImage.data, towards.data);
      axpy(1, seen.data, towards.data);
      const pull = await decoder.pullback(towards);
      axpy(1, along.data, pull.data);
      return pull;
    } finally {
      encoder.release();
    }
  } finally {
    decoder.release();
  }
}

const scaled = (values: FloatArray, by: number): FloatArray => mapArray(values, (value) => by * value);
