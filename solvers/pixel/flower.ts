/**
 * Flower (Pourya, El Rawas, Unser, ICLR 2026; arXiv 2509.26287) with γ = 1: at each level of noise the denoised image
 * stands for the prior of the clean one, N(D(x_σ), r²I); a draw of the clean image given the measurement is taken from
 * the Gaussian that this and the likelihood make, and gets the next level's noise anew.
 *
 *   x̂ ~ p(y | ·) N(· ; D(x_σ), r²I),  x_σ' = x̂ + σ'n
 *
 * Published is r² = vσ²/(v + σ²), which is right for a prior N(m, vI). Of photographs the denoiser knows far more:
 * their draws were too wide, and the next level met more noise than it was told of (21 dB instead of 34 in a blur). By
 * default r² is here the mean variance that the denoiser itself states, σ² tr(∂D/∂x)/n (Tweedie), by one probe b of
 * signs,
 *
 *   r² = σ² bᵀ(D(x_σ + εb) − D(x_σ))/(εn)
 *
 * which costs one more network evaluation. For a prior N(m, vI) both are the same, and the chain draws from the
 * posterior. For others the variance is not the same in every direction, which more steps do not mend.
 *
 * Departs from the published code otherwise: the state is variance exploding on [0, 1], an exact change of variables
 * (σ = (1 − t)/t); the levels end at the least that the prior knows; the linear system is solved exactly where the
 * operator has a closed form (in the published code conjugate gradients never stop early).
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { noised, startState } from '../parts/ancestral.js';
import { drawGivenData, exactDraw } from '../parts/data-draw.js';
import { denoisingSlope } from '../parts/denoising-slope.js';
import { noiseRange } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('noise levels, each of two network evaluations, or one where priorVariance is given'),
  priorVariance: z
    .number()
    .positive()
    .optional()
    .describe(
      'variance v of a pixel under the prior ([0, 1] units; published: 1/4); by default what the denoiser says',
    ),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
});

export const flower = defineSolver({
  kind: 'chain',
  name: 'flower',
  summary:
    'Flower: at each noise level an exact draw of the image given data and denoiser; no gradient of the network',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets: {},

  async run({ measurement, problem, prior }, { steps, priorVariance, sigmaMax }, context) {
    const { lowest, highest } = noiseRange(prior, sigmaMax);
    const sigmas = flowLevels(steps, lowest, highest);
    let x = startState(problem.imageShape, highest, context.random('init'));
    for (let i = 0; i < steps; i++) {
      await context.step(i, steps);
      const denoised = await prior.denoise(x, sigmas[i], context.signal);
      const keep =
        priorVariance === undefined
          ? await denoisingSlope(prior, x, denoised, sigmas[i], context.random('probe', i), context.signal)
          : priorVariance / (priorVariance + sigmas[i] ** 2);
      const spread = sigmas[i] * Math.sqrt(keep);
      const random = context.random('step', i);
      const drawn = await drawGivenData(problem, measurement, denoised, spread, exactDraw, random);
      x = i + 1 < steps ? noised(drawn, sigmas[i + 1], random) : drawn;
    }
    return x;
  },
});

/** Falling levels in equal steps of the flow's time t = 1/(1 + 2σ), 2σ being the level on [-1, 1]. */
function flowLevels(steps: number, lowest: number, highest: number): Float64Array {
  const time = (sigma: number) => 1 / (1 + 2 * sigma);
  const [first, last] = [time(highest), time(lowest)];
  return Float64Array.from({ length: steps }, (_, i) => {
    const t = steps === 1 ? first : first + ((last - first) * i) / (steps - 1);
    return (1 - t) / (2 * t);
  });
}
