/** One matrix between the channels of every pixel: adjoint, normal solve and SVD are matrices, too. */
import { type FloatArray, sizeOf, zeros } from '../../src/core/array.js';
import { kernels, room } from '../../src/core/kernels.js';
import { symmetricEigen } from '../../src/core/symmetric-eigen.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, requireShape, reshaped } from '../parts/planes.js';

/** Singular values below this share of the largest are rounding of the matrix's float32 entries. */
const ROUNDING = 1e-6;

/**
 * [columns, H, W] → [rows, H, W]: M times the channels of each pixel.
 * @param matrix M, [rows, columns].
 */
export function channelMixing(matrix: FloatArray, height: number, width: number): LinearOperator {
  const [rows, columns] = matrix.shape;
  const pixels = height * width;
  const inputShape: ImageShape = [columns, height, width];
  const outputShape: ImageShape = [rows, height, width];
  const forward = Float64Array.from(matrix.data);
  const backward = product(columns, rows, 1, (i, j) => forward[j * columns + i]);
  const { singular, vectors } = decompose(forward, backward, rows, columns);
  /** V diag(gain) Vᵀ */
  const inEigenvectors = (gain: (value: number) => number) => {
    const gains = singular.map(gain);
    return product(
      columns,
      columns,
      columns,
      (i, j, k) => vectors[k * columns + i] * gains[k] * vectors[k * columns + j],
    );
  };
  const fromEigenvectors = product(columns, columns, 1, (i, j) => vectors[j * columns + i]);
  const turned = vectors.map((value, i) => {
    const s = singular[Math.floor(i / columns)];
    return s > 0 ? value / s : 0;
  });
  const toCoordinates = product(
    columns,
    rows,
    columns,
    (i, j, k) => turned[i * columns + k] * backward[k * rows + j],
  );

  const flat = [sizeOf(inputShape)];
  const spectral = new Float32Array(flat[0]);
  for (let k = 0; k < columns; k++) spectral.fill(singular[k], k * pixels, (k + 1) * pixels);
  return withLinearization({
    inputShape,
    outputShape,
    apply: (x) => mix(forward, x, inputShape, outputShape),
    adjoint: (y) => mix(backward, y, outputShape, inputShape),
    normalSolve: (b, rho) =>
      mix(
        inEigenvectors((s) => 1 / (s * s + rho)),
        b,
        inputShape,
        inputShape,
      ),
    svd: {
      values: spectral,
      toSpectrum: (x) => reshaped(mix(vectors, x, inputShape, inputShape), flat),
      fromSpectrum: (u) => mix(fromEigenvectors, u, inputShape, inputShape),
      measurementToSpectrum: (y) => reshaped(mix(toCoordinates, y, outputShape, inputShape), flat),
    },
    norm: singular[0],
  });
}

/** Singular values of M, and the right singular vectors [columns, columns] row by row. */
function decompose(forward: Float64Array, backward: Float64Array, rows: number, columns: number) {
  const gram = product(
    columns,
    columns,
    rows,
    (i, j, k) => backward[i * rows + k] * forward[k * columns + j],
  );
  const { values: squares, vectors } = symmetricEigen(gram, columns);
  const singular = squares.map((square) => (square > ROUNDING ** 2 * squares[0] ? Math.sqrt(square) : 0));
  return { singular, vectors };
}

/** The matrix [rows, columns] of Σₖ term(i, j, k). */
function product(
  rows: number,
  columns: number,
  terms: number,
  term: (i: number, j: number, k: number) => number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < terms; k++) out[i * columns + j] += term(i, j, k);
    }
  }
  return out;
}

/** As in kernels/matrices.ts. */
const [STEP, PART] = [8, 128];

function mix(matrix: Float64Array, x: FloatArray, from: ImageShape, to: ImageShape): FloatArray {
  requireShape(x, from);
  const pixels = from[1] * from[2];
  const padded = STEP * Math.ceil(pixels / STEP);
  const [weights, image, wide, mixed] = room(
    [Float64Array, matrix.length],
    [Float32Array, from[0] * padded],
    [Float64Array, from[0] * PART],
    [Float32Array, to[0] * padded],
  );
  weights.set(matrix);
  for (let column = 0; column < from[0]; column++) {
    image.set(x.data.subarray(column * pixels, (column + 1) * pixels), column * padded);
  }
  kernels.mixPlanes(weights, to[0], from[0], image, wide, mixed, padded);
  const out = zeros(to);
  for (let row = 0; row < to[0]; row++) {
    out.data.set(mixed.subarray(row * padded, row * padded + pixels), row * pixels);
  }
  return out;
}
