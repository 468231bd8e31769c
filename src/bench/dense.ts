/** Operators small enough to write as a matrix, with everything a solver may ask of them. */
import type { Rows } from '../../models/gaussian.js';
import { type LinearOperator, withLinearization } from '../../problems/operator.js';
import { type FloatArray, floatArray, type Shape, sizeOf } from '../core/array.js';
import { symmetricEigen } from '../core/symmetric-eigen.js';
import { axpy, dot, norm, scale } from '../core/vector.js';

/**
 * y = A x, A of full rank and one row per measured value, at most as many as the image has values.
 * @throws RangeError when the rows do not have the size of the image.
 */
export function denseOperator(matrix: Rows, inputShape: Shape): LinearOperator {
  const columns = sizeOf(inputShape);
  const outputShape = [matrix.length];
  const rows = matrix.map((row) => Float64Array.from(row));
  if (rows.some((row) => row.length !== columns)) {
    throw new RangeError(`each row of the matrix needs ${columns} values`);
  }
  const image = (values: Float64Array) => floatArray(new Float32Array(values), inputShape);
  const spectrum = (values: Float64Array) => floatArray(new Float32Array(values), [columns]);

  const { U, singular, V } = decompose(rows);
  const toSpectrum = (x: FloatArray) => V.transposed(new Float64Array(x.data));
  const measurementToSpectrum = (y: FloatArray) => {
    const along = new Float64Array(columns);
    const values = new Float64Array(y.data);
    U.forEach((u, k) => {
      along[k] = dot(u, values);
    });
    return along;
  };

  return withLinearization({
    inputShape,
    outputShape,
    apply: (x) => {
      const values = new Float64Array(x.data);
      return floatArray(
        Float32Array.from(rows, (row) => dot(row, values)),
        outputShape,
      );
    },
    adjoint: (y) => {
      const sum = new Float64Array(columns);
      rows.forEach((row, i) => {
        for (let j = 0; j < columns; j++) sum[j] += row[j] * y.data[i];
      });
      return image(sum);
    },
    normalSolve: (b, rho) =>
      image(V.apply(toSpectrum(b).map((value, k) => value / (singular[k] ** 2 + rho)))),
    svd: {
      values: new Float32Array(singular),
      toSpectrum: (x) => spectrum(toSpectrum(x)),
      fromSpectrum: (u) => image(V.apply(new Float64Array(u.data))),
      measurementToSpectrum: (y) => spectrum(measurementToSpectrum(y)),
    },
    norm: Math.max(...singular),
  });
}

interface Orthogonal {
  apply(x: Float64Array): Float64Array;
  transposed(x: Float64Array): Float64Array;
}

/** A = U diag(s) Vᵀ: U and s² from AAᵀ, the first columns of V are Aᵀu/s. */
function decompose(rows: readonly Float64Array[]): {
  U: Float64Array[];
  singular: Float64Array;
  V: Orthogonal;
} {
  const m = rows.length;
  const n = rows[0].length;
  const gram = Float64Array.from({ length: m * m }, (_, k) => dot(rows[Math.floor(k / m)], rows[k % m]));
  const { values, vectors } = symmetricEigen(gram, m);
  const U = Array.from({ length: m }, (_, k) => vectors.slice(k * m, (k + 1) * m));
  const singular = new Float64Array(n);
  const columns = U.map((u, k) => {
    singular[k] = Math.sqrt(values[k]);
    const column = new Float64Array(n);
    rows.forEach((row, i) => {
      for (let j = 0; j < n; j++) column[j] += (u[i] * row[j]) / singular[k];
    });
    return column;
  });
  return { U, singular, V: completed(columns) };
}

/**
 * The orthogonal matrix that begins with the given orthonormal columns, as a product of Householder's reflections
 * (Golub & Van Loan, §5.2): that of column k takes what the earlier ones made of it to the k-th unit vector.
 */
function completed(columns: readonly Float64Array[]): Orthogonal {
  const normals: Float64Array[] = [];
  const signs: number[] = [];
  columns.forEach((column, k) => {
    const normal = column.slice();
    for (const earlier of normals) reflect(earlier, normal);
    signs.push(normal[k] > 0 ? -1 : 1);
    normal[k] -= signs[k];
    scale(Math.SQRT2 / norm(normal), normal);
    normals.push(normal);
  });
  const turn = (x: Float64Array) => x.map((value, k) => (signs[k] ?? 1) * value);
  return {
    apply(x) {
      const y = turn(x);
      for (let k = normals.length - 1; k >= 0; k--) reflect(normals[k], y);
      return y;
    },
    transposed(x) {
      const y = x.slice();
      for (const normal of normals) reflect(normal, y);
      return turn(y);
    },
  };
}

/** x ← x − n (n·x), with n of length √2 */
function reflect(normal: Float64Array, x: Float64Array): void {
  axpy(-dot(normal, x), normal, x);
}
