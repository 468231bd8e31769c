/**
 * The Wiener filter with the power spectrum of photographs, 1/|f|²: the posterior mean under white Gaussian noise for
 * the Gaussian prior whose neighbouring pixels differ by N(0, 1/weight), which is Tikhonov's penalty on the gradient:
 *
 * x̂ = argmin ‖y − Ax‖²/(2σ_n²) + weight/2 ‖∇x‖²
 *
 * (Wiener 1949; Field 1987 for the spectrum). One linear system for any linear operator and border, solved by
 * conjugate gradients.
 */
import { z } from 'zod';
import { defineSolver } from '../define-solver.js';
import { wienerFilter } from '../parts/wiener-filter.js';

const options = z.strictObject({
  weight: z
    .number()
    .positive()
    .default(200)
    .describe('1 / variance of the difference between neighbouring pixels ([0, 1] units)'),
  iterations: z.int().min(1).default(1000).describe('most iterations of conjugate gradients'),
  tolerance: z
    .number()
    .min(0)
    .default(1e-7)
    .describe('relative residual at which they stop; wide holes need a small one'),
});

export const wiener = defineSolver({
  kind: 'point',
  name: 'wiener',
  summary: 'Wiener filter with a 1/f² spectrum (Tikhonov on the gradient): linear, no network',
  needs: { prior: 'none', linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets: {},

  async run({ measurement, problem, noiseVariance }, options, context) {
    const { iterations } = options;
    let product = 0;
    return await wienerFilter(problem.operator, measurement, noiseVariance, options, () =>
      context.step(Math.min(product++, iterations - 1), iterations),
    );
  },
});
