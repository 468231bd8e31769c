/**
 * Feynman–Kac steering (Singhal et al. 2025, arXiv 2501.06848): particles take the steps of the prior, and weights
 * follow how well the denoised image explains the measurement,
 *
 *   log ψ_σ(x) = λ log p(y | A(D(x, σ))),  ψ_0 = p(y | x0)
 *
 * It asks for no gradient, neither of the network nor of the operator, and takes any noise. With all particles it could
 * wish for it draws from the posterior; where the measurement says much, few survive, and TDS needs far fewer.
 *
 * Departs from the published code: weights are carried through steps without resampling (there they are lost); the
 * potential is the difference of rewards, whose product telescopes to the likelihood; systematic resampling.
 * λ is below 1 on the way, for the likelihood of the denoised image is too sure; the last weight makes up for it.
 */
import { z } from 'zod';
import { type FloatArray, zeros } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { resamplingOption, twistedParticles } from '../parts/twisted-particles.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations of each particle'),
  lambda: z
    .number()
    .min(0)
    .default(0.3)
    .describe(
      'λ, how far the likelihood of the denoised image is believed on the way; 0: only at the end; with 1 (published) modes are lost early',
    ),
  resampleBelow: resamplingOption,
  ...noiseLevelOptions,
  spacing: noiseLevelOptions.spacing.default('karras'),
});

/** Of a log-likelihood on the way. */
const LEAST = -1e9;

export const fk = defineSolver({
  kind: 'ensemble',
  name: 'fk',
  summary: 'Feynman–Kac steering: weighted particles, no gradient of anything; any operator and noise',
  needs: { prior: 'diffusion', noise: 'any' },
  samplesPosterior: true,
  options,
  presets: {},

  async run({ measurement, problem, prior }, { steps, lambda, resampleBelow, ...levels }, context) {
    const { operator, noise } = problem;
    const sigmas = noiseLevels(prior, steps, levels);
    const twist = async (x: FloatArray, sigma: number) => {
      const denoised = await prior.denoise(x, sigma, context.signal);
      const clean = await operator.apply(denoised);
      // On the way no particle is given up, not even one that noise of bounded size rules out.
      const logPotential =
        lambda === 0 ? 0 : lambda * Math.max(LEAST, noise.logLikelihood(clean, measurement));
      return { denoised, shift: zeros(x.shape), logPotential };
    };
    return twistedParticles(problem, measurement, sigmas, resampleBelow, twist, context);
  },
});
