/**
 * Total variation (Rudin, Osher & Fatemi 1992), isotropic and coupled over colours (Blomgren & Chan 1998):
 *
 * x̂ = argmin ‖y − Ax‖²/(2σ_n²) + weight Σ_pixels √(Σ_channels |∇x|²)
 *
 * by the primal-dual method of Chambolle & Pock (2011, algorithm 1). Its data step is the operator's own normal solve,
 * so it converges to the one minimiser for any linear operator, fast where that has a closed form.
 */
import { z } from 'zod';
import { normalSolve } from '../../problems/normal-solve.js';
import { mapArray, zeros } from '../../src/core/array.js';
import { axpy, norm } from '../../src/core/vector.js';
import { defineSolver } from '../define-solver.js';
import { gradient, gradientAdjoint } from '../parts/image-differences.js';
import { wienerFilter } from '../parts/wiener-filter.js';

import { wiener } from './wiener.js';

/**
 * How far the penalty may move a pixel in one iteration, in [0, 1] units; it sets the speed, not the solution.
 */
const STRIDE = 0.05;

/** ‖∇‖² of forward differences in two directions is below 8. */
const GRADIENT_NORM_SQUARED = 8;

/** Where the operator has no closed form: a few iterations, which go on from the last image. */
const ITERATIVE = { tolerance: 1e-7, iterations: 10 };

/** The filter that gives the first image. */
const FIRST = wiener.options.parse({});

const options = z.strictObject({
  weight: z
    .number()
    .positive()
    .default(10)
    .describe('penalty on a jump of 1 along an edge of one pixel, in nats'),
  iterations: z.int().min(1).default(200).describe('most iterations'),
  tolerance: z.number().min(0).default(1e-4).describe('relative change of the image at which they stop'),
});

export const tv = defineSolver({
  kind: 'point',
  name: 'tv',
  summary: 'Total variation, isotropic and coupled over colours: keeps edges, no network',
  needs: { prior: 'none', linear: true, noise: 'gaussian' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { weight, iterations, tolerance }, context) {
    const { measurement, problem, noiseVariance } = task;
    const { operator } = problem;
    const lambda = weight * noiseVariance;
    const tau = STRIDE / lambda;
    const sigma = 1 / (GRADIENT_NORM_SQUARED * tau);
    const backprojected = await operator.adjoint(measurement);
    // Not from Aᵀy: into a wide hole the iterations carry brightness too slowly.
    let x = await wienerFilter(operator, measurement, noiseVariance, FIRST, () =>
      context.step(0, iterations),
    );
    let ahead = x;
    const dual = zeros([2, ...x.shape]);
    for (let k = 0; k < iterations; k++) {
      await context.step(k, iterations);
      axpy(sigma, gradient(ahead).data, dual.data);
      clipLengths(dual.data, x.shape[1] * x.shape[2], lambda);
      const pull = gradientAdjoint(dual).data;
      const { data } = x;
      const target = mapArray(backprojected, (value, i) => value + data[i] / tau - pull[i]);
      const next = await normalSolve(operator, target, 1 / tau, { start: x, ...ITERATIVE });
      const change = mapArray(next, (value, i) => value - data[i]);
      ahead = mapArray(next, (value, i) => value + change.data[i]);
      x = next;
      if (norm(change.data) <= tolerance * norm(x.data)) break;
    }
    return x;
  },
});

/** Shortens every pixel's vector, over directions and colours, to length `most`. */
function clipLengths(field: Float32Array, pixels: number, most: number): void {
  for (let i = 0; i < pixels; i++) {
    let squares = 0;
    for (let j = i; j < field.length; j += pixels) squares += field[j] ** 2;
    if (squares <= most ** 2) continue;
    const share = most / Math.sqrt(squares);
    for (let j = i; j < field.length; j += pixels) field[j] *= share;
  }
}
