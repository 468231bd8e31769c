/** Dense symmetric matrices in double precision, row after row in one flat array: what closed forms need. */
import { norm } from '../src/core/vector.js';

/** The lower Cholesky factor L of a positive definite matrix, A = L Lᵀ. */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`A matrix of size ${n} is not positive definite: pivot ${i} is ${sum}.`);
    }
  }
  return lower;
}

/** Solves L z = b. */
export function forwardSolve(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= lower[i * n + k] * z[k];
    z[i] = sum / lower[i * n + i];
  }
  return z;
}

/** Solves L Lᵀ x = b. */
export function choleskySolve(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = forwardSolve(lower, b);
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i];
    for (let k = i + 1; k < n; k++) sum -= lower[k * n + i] * x[k];
    x[i] = sum / lower[i * n + i];
  }
  return x;
}

export interface Eigen {
  readonly values: Float64Array;
  /** The eigenvector of values[k] is row k. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and orthonormal eigenvectors, by Jacobi's cyclic rotations (Golub & Van Loan, §8.5). */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const scale = norm(a) || 1;
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += Math.abs(a[p * n + q]);
        rotate(a, vectors, n, p, q);
      }
    }
    if (off <= 1e-15 * scale) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), vectors };
}

/** Makes a[p, q] zero by a rotation in the plane of p and q. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const coupling = a[p * n + q];
  if (coupling === 0) return;
  const half = (a[q * n + q] - a[p * n + p]) / (2 * coupling);
  const t = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(half, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const left = a[k * n + p];
    const right = a[k * n + q];
    a[k * n + p] = c * left - s * right;
    a[k * n + q] = s * left + c * right;
  }
  for (let k = 0; k < n; k++) {
    const left = a[p * n + k];
    const right = a[q * n + k];
    a[p * n + k] = c * left - s * right;
    a[q * n + k] = s * left + c * right;
  }
  for (let k = 0; k < n; k++) {
    const left = vectors[p * n + k];
    const right = vectors[q * n + k];
    vectors[p * n + k] = c * left - s * right;
    vectors[q * n + k] = s * left + c * right;
  }
}
