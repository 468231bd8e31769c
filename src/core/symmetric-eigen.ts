/** Small symmetric matrices in double precision, row after row in one flat array: eigenvectors and Cholesky factors. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface Eigen {
  /** In descending order. */
  readonly values: Float64Array;
  /** Vector k in row k, [size, size]. */
  readonly vectors: Float64Array;
}

/**
 * By Householder's reflections and implicit QL steps (Golub & Van Loan, Matrix Computations, §8.3), as `ml-matrix` has
 * them. An eigenvalue is right to the digits of the largest one.
 * @param matrix symmetric, [size, size] row by row; not changed.
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): Eigen {
  const square = Matrix.from1DArray(size, size, Array.from(matrix));
  const found = new EigenvalueDecomposition(square, { assumeSymmetric: true });
  const { realEigenvalues: values, eigenvectorMatrix: columns } = found;
  const order = Array.from({ length: size }, (_, k) => k).sort((k, l) => values[l] - values[k]);
  return {
    values: Float64Array.from(order, (k) => values[k]),
    vectors: Float64Array.from({ length: size * size }, (_, i) => {
      return columns.get(i % size, order[Math.floor(i / size)]);
    }),
  };
}

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
