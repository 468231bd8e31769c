/**
 * Flower (Pourya, El Rawas, Unser, ICLR 2026; arXiv 2509.26287) with γ = 1: at each level of noise the denoised image
 * stands for the prior of the clean one, N(D(x_σ), r²I) with r² = vσ²/(v + σ²); a draw of the clean image given the
 * measurement is taken from the Gaussian that this and the likelihood make, and gets the next level's noise anew.
 *
 *   x̂ ~ p(y | ·) N(· ; D(x_σ), r²I),  x_σ' = x̂ + σ'n
 *
 * For a prior N(m, vI) each draw is exact, and the chain draws from the posterior. For others the prior's conditional
 * variance is not r² in every direction, which more steps do not mend.
 *
 * Departs from the published code: the state is variance exploding on [0, 1], an exact change of variables (σ = (1 −
 * t)/t); the levels end at the least that the prior knows; the linear system is solved exactly where the operator has a
 * closed form (in the published code conjugate gradients never stop early).
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { noised, startState } from '../parts/ancestral.js';
import { drawGivenData } from '../parts/data-draw.js';
import { noiseRange } from '../parts/noise-levels.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations'),
  priorVariance: z
    .number()
    .positive()
    .default(0.25)
    .describe('variance v of a pixel under the prior ([0, 1] units); published: 1 on [-1, 1]'),
  sigmaMax: z
    .number()
    .positive()
    .default(80)
    .describe('highest noise level, if the prior knows it ([0, 1] units)'),
});

/** The draw of the clean image has a closed form here: its other options say nothing. */
const exact = { sampler: 'exact', chainSteps: 1, stepSize: 1, momentum: 0 } as const;

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
      const spread = Math.sqrt((priorVariance * sigmas[i] ** 2) / (priorVariance + sigmas[i] ** 2));
      const random = context.random('step', i);
      const drawn = await drawGivenData(problem, measurement, denoised, spread, exact, random);
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
