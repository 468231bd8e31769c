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
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
import { defineSolver, type TaskOf } from '../define-solver.js';
import { gradient, gradientAdjoint } from '../parts/image-differences.js';

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

const needs = { prior: 'none', linear: true, noise: 'gaussian' } as const;

export const wiener = defineSolver({
  kind: 'point',
  name: 'wiener',
  summary: 'Wiener filter with a 1/f² spectrum (Tikhonov on the gradient): linear, no network',
  needs,
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { weight, tolerance, iterations }, context) {
    let product = 0;
    return await wienerFilter(task, { weight, tolerance, iterations }, () =>
      context.step(Math.min(product++, iterations - 1), iterations),
    );
  },
});

/** x̂ of this file's head. @param turn is awaited before every product with AᵀA. */
export async function wienerFilter(
  { measurement, problem, noiseVariance }: TaskOf<typeof needs>,
  { weight, tolerance, iterations }: z.output<typeof options>,
  turn: () => Promise<void>,
): Promise<FloatArray> {
  const { operator } = problem;
  // Raised where it is too small for float32 to keep the system definite.
  const penalty = Math.max(weight * noiseVariance, 1e-6);
  const multiply = async (x: FloatArray) => {
    await turn();
    const smooth = gradientAdjoint(gradient(x));
    const seen = await operator.adjoint(await operator.apply(x));
    return mapArray(smooth, (value, i) => penalty * value + seen.data[i]);
  };
  return await conjugateGradients(multiply, await operator.adjoint(measurement), { tolerance, iterations });
}
