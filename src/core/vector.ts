/** Arithmetic on flat float arrays, accumulated in double precision. */
import { type FloatArray, floatArray } from './array.js';

export type Vector = Float32Array | Float64Array;

/** ⟨a, b⟩ */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** ‖a‖ */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** y ← y + alpha·x */
export function axpy(alpha: number, x: Vector, y: Vector): void {
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}

/** y ← alpha·y */
export function scale(alpha: number, y: Vector): void {
  for (let i = 0; i < y.length; i++) y[i] *= alpha;
}

/** a − b, a new array. */
export function difference(a: FloatArray, b: FloatArray): FloatArray {
  const [from, taken, data] = [a.data, b.data, new Float32Array(a.data.length)];
  for (let i = 0; i < data.length; i++) data[i] = from[i] - taken[i];
  return floatArray(data, a.shape);
}
