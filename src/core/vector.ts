/** Arithmetic on flat float arrays, accumulated in double precision. */
import { requireArrays, requireVector } from './arguments.js';
import { type FloatArray, floatArray, mapArray } from './array.js';

export type Vector = Float32Array | Float64Array;

/**
 * ⟨a, b⟩
 * @example
 * ```ts
 * import { dot } from 'retrodict/solver';
 *
 * console.log(dot(Float32Array.of(1, 2), Float32Array.of(3, 4))); // 11
 * ```
 */
export function dot(a: Vector, b: Vector): number {
  requireVector(a, 'a');
  requireVector(b, 'b');
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * ‖a‖
 * @example
 * ```ts
 * import { norm } from 'retrodict/solver';
 *
 * console.log(norm(Float32Array.of(3, 4))); // 5
 * ```
 */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/**
 * y ← y + alpha·x
 * @example
 * ```ts
 * import { axpy } from 'retrodict/solver';
 *
 * const y = Float32Array.of(1, 2);
 * axpy(2, Float32Array.of(1, 1), y);
 * console.log(y); // 3, 4
 * ```
 */
export function axpy(alpha: number, x: Vector, y: Vector): void {
  requireVector(x, 'x');
  requireVector(y, 'y');
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}

/**
 * y ← alpha·y
 * @example
 * ```ts
 * import { scale } from 'retrodict/solver';
 *
 * const y = Float32Array.of(1, 2);
 * scale(2, y);
 * console.log(y); // 2, 4
 * ```
 */
export function scale(alpha: number, y: Vector): void {
  requireVector(y, 'y');
  for (let i = 0; i < y.length; i++) y[i] *= alpha;
}

/**
 * a − b, a new array.
 * @example
 * ```ts
 * import { difference, filled } from 'retrodict/solver';
 *
 * console.log(difference(filled([1, 2, 2], 0.75), filled([1, 2, 2], 0.5)).data); // 0.25
 * ```
 */
export function difference(a: FloatArray, b: FloatArray): FloatArray {
  requireArrays({ a, b });
  const [from, taken, data] = [a.data, b.data, new Float32Array(a.data.length)];
  for (let i = 0; i < data.length; i++) data[i] = from[i] - taken[i];
  return floatArray(data, a.shape);
}

/** The point so far on the way from one array to another: from + share·(to − from). */
export function towards(from: FloatArray, { data: to }: FloatArray, share: number): FloatArray {
  return mapArray(from, (value, i) => value + share * (to[i] - value));
}
