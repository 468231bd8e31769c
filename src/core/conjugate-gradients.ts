/** Conjugate gradients (Hestenes and Stiefel 1952) for a symmetric positive definite matrix that is only applied. */
import { requireArrays, requireFunctions } from './arguments.js';
import { type FloatArray, floatArray } from './array.js';
import type { Awaitable } from './linearization.js';
import { axpy, dot } from './vector.js';

export interface ConjugateGradientOptions {
  /** Where to start; zero by default. */
  readonly start?: FloatArray;
  /** Stops when ‖b − Mx‖ ≤ tolerance·‖b‖; 1e-6 by default, which is what float32 operators can reach. */
  readonly tolerance?: number;
  /** v ↦ P v with P symmetric, positive definite and near M⁻¹; none by default. */
  readonly precondition?: (v: FloatArray) => Awaitable<FloatArray>;
  /** Stops after so many products with M; 500 by default. */
  readonly iterations?: number;
}

/**
 * Solves Mx = b. The recurrence runs in double precision; only M's argument and result are float32.
 * Stops early, with the best x so far, where rounding has made M's curvature negative.
 * @example
 * ```ts
 * import { conjugateGradients, filled, mapArray } from 'retrodict/problem';
 *
 * // M = 2I, so x = b/2.
 * console.log(await conjugateGradients((x) => mapArray(x, (value) => 2 * value), filled([1, 4, 4], 1)));
 * ```
 */
export async function conjugateGradients(
  multiply: (x: FloatArray) => Awaitable<FloatArray>,
  b: FloatArray,
  options: ConjugateGradientOptions = {},
): Promise<FloatArray> {
  requireFunctions({ multiply });
  requireArrays({ b });
  const {
    start,
    tolerance = 1e-6,
    iterations = 500,
    precondition,
  } = Object(options) as ConjugateGradientOptions;
  const x = start ? new Float64Array(start.data) : new Float64Array(b.data.length);
  const residual = new Float64Array(b.data);
  if (start) axpy(-1, (await multiply(start)).data, residual);
  const preconditioned = async () =>
    precondition ? (await precondition(floatArray(new Float32Array(residual), b.shape))).data : residual;
  let towards: Float32Array | Float64Array = await preconditioned();
  const direction = Float64Array.from(towards);
  const target = tolerance ** 2 * dot(b.data, b.data);
  let squared = dot(residual, towards);
  for (let i = 0; i < iterations && dot(residual, residual) > target; i++) {
    const product = (await multiply(floatArray(new Float32Array(direction), b.shape))).data;
    const curvature = dot(direction, product);
    if (!(curvature > 0)) break;
    const alpha = squared / curvature;
    axpy(alpha, direction, x);
    axpy(-alpha, product, residual);
    towards = await preconditioned();
    const next = dot(residual, towards);
    const beta = next / squared;
    for (let k = 0; k < direction.length; k++) direction[k] = towards[k] + beta * direction[k];
    squared = next;
  }
  return floatArray(new Float32Array(x), b.shape);
}
