/**
 * The Wiener filter with the power spectrum of photographs, 1/|f|²: the posterior mean under white Gaussian noise for the
 * Gaussian prior whose neighbouring pixels differ by N(0, 1/weight), which is Tikhonov's penalty on the gradient:
 *
 * x̂ = argmin ‖y − Ax‖²/(2σ_n²) + weight/2 ‖∇x‖²
 *
 * (Wiener 1949; Field 1987 for the spectrum). One linear system for any linear operator and border, solved by
 * conjugate gradients.
 */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../src/core/array.js';
import { conjugateGradients } from '../src/core/conjugate-gradients.js';
import { gradient, gradientAdjoint } from './gradient.js';
import { gaussianVariance, linearOperator } from './requirements.js';
import type { PointSolver } from './solver.js';

const options = z.object({
  weight: z
    .number()
    .positive()
    .default(200)
    .describe('1 / variance of the difference between neighbouring pixels ([0, 1] units)'),
  iterations: z.int().min(1).default(200).describe('most iterations of conjugate gradients'),
  tolerance: z.number().min(0).default(1e-5).describe('relative residual at which they stop'),
});

export const wiener: PointSolver = {
  kind: 'point',
  name: 'wiener',
  summary: 'Wiener filter with a 1/f² spectrum (Tikhonov on the gradient): linear, no network',
  needs: { prior: 'none', linear: true, noise: 'gaussian' },
  calibrated: false,
  options,
  presets: {},

  async run({ measurement, problem }, chosen, context) {
    const { weight, iterations, tolerance } = options.parse(chosen);
    const operator = linearOperator(problem);
    // Raised where it is too small for float32 to keep the system definite.
    const penalty = Math.max(weight * gaussianVariance(problem), 1e-6);
    let product = 0;
    const multiply = async (x: FloatArray) => {
      await context.step(Math.min(product++, iterations - 1), iterations);
      const smooth = gradientAdjoint(gradient(x));
      const seen = await operator.adjoint(await operator.apply(x));
      return mapArray(smooth, (value, i) => penalty * value + seen.data[i]);
    };
    const target = await operator.adjoint(measurement);
    return await conjugateGradients(multiply, target, { tolerance, iterations });
  },
};
