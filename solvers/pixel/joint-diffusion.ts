/**
 * Joint diffusion (Stevens et al., "Removing structured noise with diffusion models", arXiv 2302.05290): two priors,
 * one of images x and one of what lies over them, n (rain, stripes, another picture), and one measurement of both,
 *
 *   y = A x + s (n − c) + noise
 *
 * x and n are diffused together, at the same σ. They are a priori independent, so the denoiser of the pair is the
 * pair of denoisers and its Jacobian has two blocks; the pair is measured by [A, sI]. What remains is guidance for a
 * linear problem: here that of MMPS, with the covariance σ²(A J_x Aᵀ + s²J_n) + σ_n²I of y, which is exact where both
 * priors are Gaussian.
 *
 * Departs from the published code: there J_x and J_n are multiples of I, whose strengths are tuned, and for A = I
 * only; "x̂0" is the mean of one reverse step, not Tweedie's; the gradient is Jᵀ1 times the residual, not Jᵀ of the
 * residual; a chain starts from N(0, I) whatever its highest σ.
 */
import { z } from 'zod';
import type { DifferentiablePrior } from '../../models/prior.js';
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, floatArray, mapArray, type Shape, sizeOf } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { guidedChain } from '../parts/guided-chain.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';

import { matchMoments } from './mmps.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('evaluations of each of the two networks'),
  iterations: z
    .int()
    .min(1)
    .default(5)
    .describe('most gradients of each network in a step, besides the last: GMRES'),
  noiseScale: z
    .number()
    .positive()
    .default(1)
    .describe('s, by which an image n of the noise prior is multiplied before it is added'),
  noiseCentre: z
    .number()
    .default(0)
    .describe('c, the value of an image n that adds nothing: 0.5 where the noise is as often below as above'),
  ...noiseLevelOptions,
});

export const jointDiffusion = defineSolver({
  kind: 'chain',
  name: 'joint-diffusion',
  summary: 'joint diffusion: removes noise that has a prior of its own; exact where both priors are Gaussian',
  needs: { prior: 'diffusion', priorVjp: true, noisePrior: 'diffusion', linear: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noisePrior },
    { steps, iterations, noiseScale, noiseCentre, ...levels },
    context,
  ) {
    const pair = joint(prior, noisePrior, problem);
    const { operator } = problem;
    const added = (i: number) => noiseScale * (operator.observed?.[i] ?? 1);
    const shifted = mapArray(measurement, (value, i) => value + added(i) * noiseCentre);
    const guide = matchMoments(overlaid(operator, added), problem.noise, shifted, iterations);
    const sigmas = noiseLevels(pair, steps, levels);
    const both = await guidedChain(pair, [pair.size], sigmas, guide, context);
    return firstOf(both, problem.imageShape);
  },
});

interface Shapes {
  readonly imageShape: Shape;
  readonly measurementShape: Shape;
}

/** The prior of x and n one after the other, flat, at the noise levels that both know. */
function joint(image: DifferentiablePrior, noise: DifferentiablePrior, shapes: Shapes) {
  const size = sizeOf(shapes.imageShape) + sizeOf(shapes.measurementShape);
  const sigmaRange = [
    Math.max(image.sigmaRange[0], noise.sigmaRange[0]),
    Math.min(image.sigmaRange[1], noise.sigmaRange[1]),
  ] as const;
  const linearize: DifferentiablePrior['linearize'] = async (both, sigma, signal) => {
    const ofImage = await image.linearize(firstOf(both, shapes.imageShape), sigma, signal);
    try {
      const ofNoise = await noise.linearize(lastOf(both, shapes.measurementShape), sigma, signal);
      return {
        value: concatenated(ofImage.value, ofNoise.value),
        async pullback(v) {
          const back = await ofImage.pullback(firstOf(v, shapes.imageShape));
          return concatenated(back, await ofNoise.pullback(lastOf(v, shapes.measurementShape)));
        },
        release() {
          ofImage.release();
          ofNoise.release();
        },
      };
    } catch (error) {
      ofImage.release();
      throw error;
    }
  };
  return { size, sigmaRange, linearize };
}

/** (x, n) ↦ A x + diag(added) n */
function overlaid(
  operator: LinearOperator,
  added: (i: number) => number,
): Pick<LinearOperator, 'apply' | 'adjoint'> {
  return {
    async apply(both) {
      const { data: noise } = lastOf(both, operator.outputShape);
      const clean = await operator.apply(firstOf(both, operator.inputShape));
      return mapArray(clean, (value, i) => value + added(i) * noise[i]);
    },
    async adjoint(v) {
      return concatenated(
        await operator.adjoint(v),
        mapArray(v, (value, i) => added(i) * value),
      );
    },
  };
}

function concatenated(image: FloatArray, noise: FloatArray): FloatArray {
  const data = new Float32Array(image.size + noise.size);
  data.set(image.data);
  data.set(noise.data, image.size);
  return floatArray(data, [data.length]);
}

function firstOf(both: FloatArray, shape: Shape): FloatArray {
  return floatArray(both.data.slice(0, sizeOf(shape)), shape);
}

function lastOf(both: FloatArray, shape: Shape): FloatArray {
  return floatArray(both.data.slice(-sizeOf(shape)), shape);
}
