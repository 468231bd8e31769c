/**
 * Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg 2013; Chan, Wang, Elgendy 2017): the denoiser in the place of the
 * proximal step of a penalty, with noise levels that fall as in DPIR (Zhang et al., PAMI 2021; arXiv 2008.13751):
 *
 *   x = argmin ‖y − Ax‖²/(2σ_n²) + λ/(2σ²) ‖x − (v − u)‖²,   v = D(x + u, σ),   u ← u + x − v
 *
 * With `splitting=hqs` u stays 0, which is half-quadratic splitting, DPIR itself. For a Gaussian prior D is the proximal map of
 * −σ² log p, and the fixed point at a constant σ is the maximiser of log p(y | x) + λ log p(x). It gives one image.
 */
import { z } from 'zod';
import { normalSolve } from '../problems/normal-solve.js';
import { floatArray, mapArray, zeros } from '../src/core/array.js';
import { geometricSigmas } from '../src/core/schedule.js';
import { difference } from '../src/core/vector.js';
import { diffusionPrior, gaussianVariance, linearOperator, noiseRange } from './requirements.js';
import type { PointSolver } from './solver.js';

/** As DPIR: without noise the data step would not be definite. */
const LEAST_NOISE = 0.001;

/** Accuracy of the data step where the operator has no closed form. */
const ITERATIVE = { tolerance: 1e-5, iterations: 50 };

const options = z.object({
  iterations: z.int().min(1).max(10_000).default(24).describe('network evaluations (DPIR: 8 to 40)'),
  splitting: z
    .enum(['admm', 'hqs'])
    .default('admm')
    .describe('admm: with a dual variable; hqs: half-quadratic splitting, without'),
  lambda: z.number().positive().default(0.23).describe("weight λ of the prior; DPIR's"),
  sigmaMax: z
    .number()
    .positive()
    .default(49 / 255)
    .describe("first noise level of the denoiser ([0, 1] units); DPIR's"),
  sigmaMin: z
    .number()
    .min(0)
    .default(0)
    .describe('last noise level, at least that of the measurement as in DPIR ([0, 1] units)'),
});

export const pnpAdmm: PointSolver = {
  kind: 'point',
  name: 'pnp-admm',
  summary: 'plug-and-play ADMM or half-quadratic splitting (DPIR): the denoiser as a penalty, one image',
  needs: { prior: 'diffusion', linear: true, noise: 'gaussian' },
  calibrated: false,
  options,
  presets: {},

  async run({ measurement, problem, prior }, chosen, context) {
    const { iterations, splitting, lambda, sigmaMax, sigmaMin } = options.parse(chosen);
    const model = diffusionPrior(prior);
    const operator = linearOperator(problem);
    const noiseSigma = Math.max(LEAST_NOISE, Math.sqrt(gaussianVariance(problem)));
    const { lowest, highest } = noiseRange(model, sigmaMax);
    const last = Math.max(lowest, sigmaMin, noiseSigma);
    const sigmas = last < highest ? geometricSigmas(iterations, last, highest) : undefined;

    // From grey the first data step is Tikhonov's; A†y would hand the denoiser the noise that a blur's inverse amplifies.
    let v = mapArray(zeros(problem.imageShape), () => 0.5);
    const dual = zeros(problem.imageShape);
    for (let k = 0; k < iterations; k++) {
      await context.step(k, iterations);
      const sigma = sigmas?.[k] ?? highest;
      const aim = difference(v, dual);
      const residual = difference(measurement, await operator.apply(aim));
      const rho = lambda * (noiseSigma / sigma) ** 2;
      const correction = await normalSolve(operator, await operator.adjoint(residual), rho, ITERATIVE);
      const noisy = new Float32Array(aim.size);
      for (let i = 0; i < noisy.length; i++) noisy[i] = aim.data[i] + correction.data[i] + dual.data[i];
      v = await model.denoise(floatArray(noisy, aim.shape), sigma, context.signal);
      if (splitting === 'hqs') continue;
      for (let i = 0; i < noisy.length; i++) dual.data[i] = noisy[i] - v.data[i];
    }
    return v;
  },
};
