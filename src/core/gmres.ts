/** GMRES (Saad and Schultz 1986) without restarts, for a few products with a matrix that need not be symmetric. */
import { requireArrays, requireFunctions } from './arguments.js';
import { type FloatArray, floatArray } from './array.js';
import type { Awaitable } from './linearization.js';
import { axpy, dot, norm, scale } from './vector.js';

/**
 * The x in the Krylov space of at most `iterations` dimensions with the least ‖b − Mx‖, from x = 0. It never diverges.
 * Stops when ‖b − Mx‖ ≤ tolerance·‖b‖. Krylov vectors are in double precision; M's argument and result are float32.
 * @example
 * ```ts
 * import { filled, gmres, mapArray } from 'retrodict/solver';
 *
 * // M = 2I, so x = b/2. M need not be symmetric.
 * const b = filled([1, 4, 4], 1);
 * console.log(await gmres((x) => mapArray(x, (value) => 2 * value), b, { iterations: 3 }));
 * ```
 */
export async function gmres(
  multiply: (x: FloatArray) => Awaitable<FloatArray>,
  b: FloatArray,
  options: { readonly iterations: number; readonly tolerance?: number },
): Promise<FloatArray> {
  requireFunctions({ multiply });
  requireArrays({ b });
  const { iterations, tolerance = 1e-6 } = Object(options) as typeof options;
  const length = norm(b.data);
  const x = new Float64Array(b.data.length);
  if (length === 0) return floatArray(new Float32Array(x), b.shape);
  const first = new Float64Array(b.data);
  scale(1 / length, first);
  const basis = [first];
  // Hessenberg's matrix, made triangular column by column by rotations, which also turn the right-hand side.
  const columns: Float64Array[] = [];
  const rotations: [number, number][] = [];
  const right = [length];
  for (let k = 0; k < iterations && Math.abs(right[k]) > tolerance * length; k++) {
    const next = new Float64Array((await multiply(floatArray(new Float32Array(basis[k]), b.shape))).data);
    const column = new Float64Array(k + 2);
    basis.forEach((vector, i) => {
      column[i] = dot(vector, next);
      axpy(-column[i], vector, next);
    });
    column[k + 1] = norm(next);
    const broken = column[k + 1] <= 1e-12 * length;
    rotations.forEach(([c, s], i) => {
      [column[i], column[i + 1]] = [c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]];
    });
    const radius = Math.hypot(column[k], column[k + 1]);
    if (radius === 0) break;
    const [c, s] = [column[k] / radius, column[k + 1] / radius];
    rotations.push([c, s]);
    column[k] = radius;
    columns.push(column);
    right[k + 1] = -s * right[k];
    right[k] *= c;
    if (broken) break;
    scale(1 / norm(next), next);
    basis.push(next);
  }
  for (let k = columns.length - 1; k >= 0; k--) {
    right[k] /= columns[k][k];
    for (let i = 0; i < k; i++) right[i] -= columns[k][i] * right[k];
    axpy(right[k], basis[k], x);
  }
  return floatArray(new Float32Array(x), b.shape);
}
