/** Arithmetic on flat float arrays, accumulated in double precision. */

export type Vector = Float32Array | Float64Array;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** y ← y + alpha·x */
export function axpy(alpha: number, x: Vector, y: Vector): void {
  for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
}
