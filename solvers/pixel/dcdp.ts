/**
 * DCDP, decoupled data consistency with diffusion purification (Li et al. 2024; arXiv 2403.06054): in turn, the image
 * is moved to agree with the measurement by gradient descent with momentum, and purified: noised to a level that
 * falls from round to round, and taken back to a clean image by the probability-flow equation. Any operator and
 * noise; no gradient of the network.
 *
 * The data step fits the noise as well; its spread is no uncertainty.
 *
 * Departs from the published code: the rate is in units of 1 / the largest curvature (the published ones, 1000 to 100
 * 000 on the mean over pixels, are about 1 so); it follows what y says of each value and not how surely (the
 * residual, as dark pixels under Poisson noise would slow all others down); the descent stops where the measurement
 * is met as well as noise allows.
 */
import { z } from 'zod';
import { residualOf } from '../../problems/noise.js';
import { countObserved } from '../../problems/observed.js';
import { type FloatArray, filled } from '../../src/core/array.js';
import { vpSigma } from '../../src/core/schedule.js';
import { defineSolver } from '../define-solver.js';
import { noised } from '../parts/ancestral.js';
import { likelihoodCurvature, likelihoodGradient } from '../parts/likelihood.js';
import { noiseLevels, noiseRange } from '../parts/noise-levels.js';
import { eulerFlow } from '../parts/probability-flow.js';

const MOMENTUM = 0.9;

const options = z.strictObject({
  rounds: z.int().min(1).default(10).describe('data steps and purifications'),
  iterations: z.int().min(1).default(100).describe('most steps of gradient descent in a round'),
  rate: z
    .number()
    .positive()
    .max(2)
    .default(1)
    .describe('of gradient descent, in units of 1 / the curvature'),
  time: z
    .number()
    .gt(0)
    .max(1)
    .default(0.4)
    .describe("first noise level, as a time of DDPM's schedule, 0 to 1 (published: 0.4, inpainting 0.7)"),
  flowSteps: z.int().min(1).default(20).describe('network evaluations of a purification'),
});

/** More rounds of fewer steps do more: docs/presets.md. */
const fineDetail = { rounds: 8, iterations: 30, flowSteps: 2, time: 0.05 } as const;
const presets = {
  denoise: { rounds: 12, iterations: 30, flowSteps: 2, time: 0.08, rate: 0.03 },
  'inpaint:fraction': { rounds: 30, iterations: 30, flowSteps: 1, time: 0.4 },
  inpaint: { rounds: 20, iterations: 30, flowSteps: 2, time: 0.7 },
  'gaussian-blur': fineDetail,
  'motion-blur': fineDetail,
  blur: fineDetail,
  downsample: fineDetail,
  clip: fineDetail,
} as const;

export const dcdp = defineSolver({
  kind: 'chain',
  name: 'dcdp',
  summary:
    'DCDP: gradient descent on the data, then purification by noising and denoising; any operator and noise',
  needs: { prior: 'diffusion', noise: 'any' },
  samplesPosterior: false,
  options,
  presets,

  async run({ measurement, problem, prior }, { rounds, iterations, rate, time, flowSteps }, context) {
    const { lowest } = noiseRange(prior, 80);
    const sigmas = noiseLevels(prior, rounds, {
      sigmaMax: Math.max(vpSigma(time), 2 * lowest),
      spacing: 'uniform',
    });
    const { operator, noise } = problem;
    const best = noise.logLikelihood(measurement, measurement);
    const enough = best - countObserved(operator) / 2;
    const leastSquares = {
      ...problem,
      noise: { ...noise, gradient: (clean: FloatArray, y: FloatArray) => residualOf(noise, clean, y) },
    };
    let x = context.resumed?.state['x'] ?? filled(problem.imageShape, 0.5);
    for (let k = context.resumed?.step ?? 0; k < rounds; k++) {
      await context.step(k, rounds, { x });
      // Where the measurement says nothing here there is no slope to follow either.
      const step = rate / ((await likelihoodCurvature(leastSquares, measurement, x)) || 1);
      const velocity = new Float32Array(x.size);
      for (let i = 0; i < iterations; i++) {
        if (noise.logLikelihood(await operator.apply(x), measurement) >= enough) break;
        const pull = (await likelihoodGradient(leastSquares, measurement, x)).data;
        for (let j = 0; j < velocity.length; j++) {
          velocity[j] = MOMENTUM * velocity[j] + pull[j];
          x.data[j] += step * velocity[j];
        }
      }
      const noisy = noised(x, sigmas[k], context.random('step', k));
      x = await eulerFlow(prior, noisy, sigmas[k], lowest, flowSteps, context.signal);
    }
    return x;
  },
});
