/**
 * Draws from p(x | y, z) ∝ p(y | x) N(x; z, r²I), what the measurement makes of an image known up to white noise: the
 * data step of samplers that leave the prior to a denoiser.
 */

import { z } from 'zod';
import { isLinear } from '../../problems/operator.js';
import { equalVariance, type Problem } from '../../problems/problem.js';
import { requireArrays, requireBound, requireRandom } from '../../src/core/arguments.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { axpy } from '../../src/core/vector.js';
import { noised } from './ancestral.js';
import { explaining } from './data-step.js';
import { curvatureByPixel, likelihoodCurvature, likelihoodGradient } from './likelihood.js';
import { drawPixelwise, isPixelwise } from './pixelwise-draw.js';

/** Options of solvers that draw an image given the data: how it is drawn, and the steps of a Markov chain. */
export const dataDrawOptions = {
  sampler: z
    .enum(['auto', 'exact', 'langevin', 'hmc'])
    .default('auto')
    .describe(
      'the data step: exact for linear operators and Gaussian noise, and where pixels are measured one by one, else a Markov chain; auto: exact where possible, else langevin',
    ),
  chainSteps: z
    .int()
    .min(1)
    .default(100)
    .describe('steps of a Markov chain: evaluations of operator and adjoint'),
  stepSize: z
    .number()
    .positive()
    .max(1)
    .default(0.2)
    .describe(
      'of a Markov chain, in units of 1 / the largest curvature, once each pixel is in units of its own spread; unstable from 2',
    ),
  momentum: z.number().min(0).lt(1).default(0.5).describe('of hmc: 0 is langevin'),
};

export type DataDrawOptions = z.infer<z.ZodObject<typeof dataDrawOptions>>;

/** For solvers whose draws always have a closed form: the other options say nothing. */
export const exactDraw: DataDrawOptions = { sampler: 'exact', chainSteps: 1, stepSize: 1, momentum: 0 };

/**
 * Draws from p(x | y, z): what the measurement makes of an image that is known up to white noise.
 * @param centre z; a Markov chain starts there. @param spread r, in [0, 1] units.
 * @throws Error when `exact` is asked for where the draw has no closed form.
 * @example
 * ```ts
 * import { bind, keyedRandom, problem } from 'retrodict';
 * import { dataDrawOptions, drawGivenData, filled, z } from 'retrodict/solver';
 *
 * const blurred = bind(problem('gaussian-blur:sigma=1,border=reflect', 'gaussian:sigma=0.1'), {
 *   imageShape: [1, 16, 16],
 * });
 * const grey = filled([1, 16, 16], 0.5);
 * const options = z.object(dataDrawOptions).parse({});
 * console.log(await drawGivenData(blurred, grey, grey, 0.2, options, keyedRandom(0, 'example', 0)('draw')));
 * ```
 */
export async function drawGivenData(
  problem: Problem,
  measurement: FloatArray,
  centre: FloatArray,
  spread: number,
  options: DataDrawOptions,
  random: Random,
): Promise<FloatArray> {
  requireBound(problem);
  requireArrays({ measurement, centre });
  requireRandom(random);
  const variance = isLinear(problem.operator) ? equalVariance(problem) : undefined;
  const pixelwise = isPixelwise(problem);
  if (options.sampler === 'exact' && variance === undefined && !pixelwise) {
    throw new Error(
      `sampler=exact needs a linear operator with Gaussian noise of equal variance, or pixels that are measured one by one, which ${problem.name} with ${problem.noise.name} noise is not; use langevin`,
    );
  }
  const exact = options.sampler === 'exact' || options.sampler === 'auto';
  if (exact && variance !== undefined)
    return drawExactly(problem, measurement, variance, centre, spread, random);
  if (exact && pixelwise) return drawPixelwise(problem, measurement, centre, spread, random);
  return drawByChain(problem, measurement, centre, spread, options, random);
}

/**
 * Perturb and optimise (Papandreou and Yuille, NeurIPS 2010): the minimiser of ‖y + σn − Ax‖²/σ² + ‖x − z − rn'‖²/r²
 * is a draw.
 */
async function drawExactly(
  { operator }: Problem,
  measurement: FloatArray,
  variance: number,
  centre: FloatArray,
  spread: number,
  random: Random,
): Promise<FloatArray> {
  if (!isLinear(operator)) throw new Error('an exact draw needs a linear operator');
  const drawn = noised(centre, spread, random);
  const residual = await operator.apply(drawn);
  const sigma = Math.sqrt(variance);
  for (let i = 0; i < residual.data.length; i++) {
    residual.data[i] = measurement.data[i] + sigma * random.normal() - residual.data[i];
  }
  axpy(1, (await explaining(operator, residual, variance / spread ** 2)).data, drawn.data);
  return drawn;
}

/**
 * The farthest that the gradient may move a pixel in one step, in units of its spread: what leads astray far away is
 * not followed.
 */
const FARTHEST = 3;

/**
 * Langevin's equation, with friction where there is momentum β (as in DAPS's code), in units of each pixel's own
 * spread m = 1/√(curvature + 1/r²): v ← βv + √h m s + √(2(1−β)) n, x ← x + √h m v, s the gradient of the log-density.
 * Dark pixels under Poisson noise are known a hundred times better than bright ones, and overexposed ones not at all:
 * one step would not fit them. Its steps are not tested for acceptance: the draws are biased by O(h).
 */
async function drawByChain(
  problem: Problem,
  measurement: FloatArray,
  centre: FloatArray,
  spread: number,
  { sampler, chainSteps, stepSize, momentum }: DataDrawOptions,
  random: Random,
): Promise<FloatArray> {
  const beta = sampler === 'hmc' ? momentum : 0;
  const own = await curvatureByPixel(problem, measurement, centre);
  const scales = own.map((curvature) => 1 / Math.sqrt(curvature + 1 / spread ** 2));
  const curvature = await likelihoodCurvature(problem, measurement, centre, scales);
  const root = Math.sqrt(stepSize / (curvature + 1));
  const noise = Math.sqrt(2 * (1 - beta));
  const x = floatArray(centre.data.slice(), centre.shape);
  const velocity = new Float32Array(x.data.length);
  for (let k = 0; k < chainSteps; k++) {
    const pull = (await likelihoodGradient(problem, measurement, x)).data;
    for (let i = 0; i < velocity.length; i++) {
      const slope = pull[i] + (centre.data[i] - x.data[i]) / spread ** 2;
      const push = Math.max(-FARTHEST, Math.min(FARTHEST, root ** 2 * scales[i] * slope)) / root;
      velocity[i] = beta * velocity[i] + push + noise * random.normal();
      x.data[i] += root * scales[i] * velocity[i];
    }
  }
  return x;
}
