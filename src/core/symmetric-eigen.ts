/** Small symmetric matrices in double precision, row after row in one flat array: eigenvectors and Cholesky factors. */

export interface Eigen {
  /** In descending order. */
  readonly values: Float64Array;
  /** Vector k in row k, [size, size]. */
  readonly vectors: Float64Array;
}

/**
 * By Jacobi's rotations, which find small eigenvalues to the digits that large ones leave (Golub & Van Loan, Matrix
 * Computations, §8.5); about 10·size³ operations.
 * @param matrix symmetric, [size, size] row by row; not changed.
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 60 && offDiagonal(a, size) > 0; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
    }
  }
  const order = Array.from({ length: size }, (_, k) => k).sort(
    (k, l) => a[l * (size + 1)] - a[k * (size + 1)],
  );
  return {
    values: Float64Array.from(order, (k) => a[k * (size + 1)]),
    vectors: Float64Array.from({ length: size * size }, (_, i) => {
      return vectors[order[Math.floor(i / size)] * size + (i % size)];
    }),
  };
}

/** Σ of the squares beside the diagonal, 0 where they are rounding. */
function offDiagonal(a: Float64Array, size: number): number {
  let [beside, all] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    all += a[i] ** 2;
    if (i % (size + 1) !== 0) beside += a[i] ** 2;
  }
  return beside > 1e-32 * all ? beside : 0;
}

/** Turns rows and columns p and q so that a[p, q] vanishes. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const beside = a[p * size + q];
  if (beside === 0) return;
  const theta = (a[q * size + q] - a[p * size + p]) / (2 * beside);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < size; i++) {
    const [x, y] = [a[i * size + p], a[i * size + q]];
    a[i * size + p] = c * x - s * y;
    a[i * size + q] = s * x + c * y;
  }
  for (const rows of [a, vectors]) {
    for (let i = 0; i < size; i++) {
      const [x, y] = [rows[p * size + i], rows[q * size + i]];
      rows[p * size + i] = c * x - s * y;
      rows[q * size + i] = s * x + c * y;
    }
  }
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
