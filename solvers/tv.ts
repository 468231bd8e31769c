/**
 * Total variation (Rudin, Osher & Fatemi 1992), isotropic and coupled over colours (Blomgren & Chan 1998):
 *
 * x̂ = argmin ‖y − Ax‖²/(2σ_n²) + weight Σ_pixels √(Σ_channels |∇x|²)
 *
 * by the split Bregman method (Goldstein & Osher 2009), that is ADMM on d = ∇x: a smooth linear system, then
 * a shrinkage of the gradients. It converges to the one minimiser for any linear operator.
 */
import { z } from 'zod';
import { mapArray } from '../src/core/array.js';
import { conjugateGradients } from '../src/core/conjugate-gradients.js';
import { axpy, norm } from '../src/core/vector.js';
import { gradient, gradientAdjoint, smoothMatrix } from './gradient.js';
import { gaussianVariance, linearOperator } from './requirements.js';
import type { PointSolver } from './solver.js';

/** Gradients below this are shrunk to none in an iteration; it sets the speed, not the solution. */
const THRESHOLD = 0.05;

/** Conjugate gradients between two shrinkages; they go on from the last image. */
const INNER = { tolerance: 1e-3, iterations: 5 };

const options = z.object({
  weight: z
    .number()
    .positive()
    .default(10)
    .describe('penalty on a jump of 1 along an edge of one pixel, in nats'),
  iterations: z.int().min(1).default(100).describe('most iterations'),
  tolerance: z.number().min(0).default(1e-4).describe('relative change of the image at which they stop'),
});

export const tv: PointSolver = {
  kind: 'point',
  name: 'tv',
  summary: 'Total variation, isotropic and coupled over colours: keeps edges, no network',
  needs: { prior: 'none', linear: true, noise: 'gaussian' },
  calibrated: false,
  options,
  presets: {},

  async run({ measurement, problem }, chosen, context) {
    const { weight, iterations, tolerance } = options.parse(chosen);
    const operator = linearOperator(problem);
    const lambda = weight * gaussianVariance(problem);
    const penalty = lambda / THRESHOLD;
    const matrix = smoothMatrix(operator, penalty);
    const backprojected = await operator.adjoint(measurement);
    const x = await conjugateGradients(matrix, backprojected, { tolerance: 1e-3, iterations: 50 });
    const dual = gradient(x);
    dual.data.fill(0);
    for (let k = 0; k < iterations; k++) {
      await context.step(k, iterations);
      // split = shrink(∇x + dual) and dual ← ∇x + dual − split, which leaves in `dual` what the shrinkage took.
      const split = gradient(x);
      axpy(1, dual.data, split.data);
      splitByLength(split.data, dual.data, x.data.length / x.shape[0], THRESHOLD);
      axpy(-1, dual.data, split.data);
      const pull = gradientAdjoint(split);
      const product = await matrix(x);
      const residual = mapArray(pull, (v, i) => backprojected.data[i] + penalty * v - product.data[i]);
      const change = await conjugateGradients(matrix, residual, INNER);
      axpy(1, change.data, x.data);
      if (norm(change.data) <= tolerance * norm(x.data)) break;
    }
    return x;
  },
};

/**
 * Splits every pixel's gradient (over directions and colours) into a part of length at most `threshold`, left in `short`,
 * and the rest, left in `field`.
 */
function splitByLength(field: Float32Array, short: Float32Array, pixels: number, threshold: number): void {
  for (let i = 0; i < pixels; i++) {
    let squares = 0;
    for (let j = i; j < field.length; j += pixels) squares += field[j] ** 2;
    const share = squares > threshold ** 2 ? threshold / Math.sqrt(squares) : 1;
    for (let j = i; j < field.length; j += pixels) {
      short[j] = share * field[j];
      field[j] -= short[j];
    }
  }
}
