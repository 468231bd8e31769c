/**
 * Separable antialiased downsampling as MATLAB's `imresize` defines it, for factors f ≥ 1: the output pixel i looks
 * at u = f·(i + ½) − ½, the kernel is stretched by f, weights are normalised to sum 1, borders are mirrored with the
 * border between two equal pixels, and a line of n pixels gives ⌈n/f⌉.
 *
 * Where f is a whole number that divides the size, the kernel is even about the middle of f pixels, and AAᵀ of a line
 * is diagonal in the cosine basis of the output: each output cosine sees only its own aliases.
 */
import { Dct2d } from '../../src/core/dct.js';
import { kernels, room } from '../../src/core/kernels.js';
import type { Vector } from '../../src/core/vector.js';
import type { LinearOperator } from '../operator.js';
import { mirrorIndex } from '../parts/mirrored.js';
import type { ImageShape } from '../parts/planes.js';
import type { RowBasis } from '../parts/row-basis.js';
import { fromRowSpace } from '../parts/row-space.js';

/** A function of the distance in output pixels, zero beyond `radius`. */
export interface ResizingKernel {
  readonly radius: number;
  at(distance: number): number;
}

export const resizingKernels = {
  /** Mean of the pixels that an output pixel covers. */
  area: { radius: 0.5, at: (t) => (t >= -0.5 && t < 0.5 ? 1 : 0) },
  bilinear: { radius: 1, at: (t) => Math.max(0, 1 - Math.abs(t)) },
  /** Keys, "Cubic convolution interpolation" (1981), a = −½. */
  bicubic: {
    radius: 2,
    at(t) {
      const d = Math.abs(t);
      if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
      return d <= 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
    },
  },
  /** Lanczos's window of three lobes. */
  lanczos: {
    radius: 3,
    at: (t) => (Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0),
  },
} as const satisfies Record<string, ResizingKernel>;

function sinc(t: number): number {
  return t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
}

/** One line's matrix: row i is Σ_t weights[i·taps + t]·x[indices[i·taps + t]]. */
interface LineMatrix {
  readonly from: number;
  readonly to: number;
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Downsamples images of this shape by `factor` in both directions, to ⌈H/factor⌉ × ⌈W/factor⌉. */
export function resizing(shape: ImageShape, factor: number, kernel: ResizingKernel): LinearOperator {
  const [channels, height, width] = shape;
  const rows = lineMatrix(height, factor, kernel);
  const columns = lineMatrix(width, factor, kernel);
  const outputShape: ImageShape = [channels, rows.to, columns.to];
  const [spreadRows, spreadColumns] = [transposed(rows), transposed(columns)];
  const apply = (x: Vector) => multiply(rows, columns, x);
  const adjoint = (y: Vector) => multiply(spreadRows, spreadColumns, y);
  const diagonal = Number.isInteger(factor) && height % factor === 0 && width % factor === 0;
  const basis = diagonal ? cosineBasis(rows.to, columns.to, factor) : undefined;
  return fromRowSpace(shape, outputShape, { apply, adjoint }, basis);
}

/**
 * Cosines of the output; of the image, the middle pixel of each block, or where there is none the mean of the middle
 * ones.
 */
function cosineBasis(height: number, width: number, factor: number): RowBasis {
  const dct = new Dct2d(height, width);
  const middle = Math.floor((factor - 1) / 2);
  const imageWidth = factor * width;
  const places = Int32Array.from(
    { length: height * width },
    (_, i) => (factor * Math.floor(i / width) + middle) * imageWidth + factor * (i % width) + middle,
  );
  return {
    forward(y) {
      const coefficients = new Float64Array(y.length);
      dct.forward(y, 0, coefficients);
      return coefficients;
    },
    inverse(coefficients) {
      const out = new Float64Array(coefficients.length);
      dct.inverse(coefficients, out, 0);
      return out;
    },
    embedding: {
      places,
      mix(image) {
        if (factor % 2 === 1) return;
        mixPairs(image, imageWidth, 1, factor);
        mixPairs(image, imageWidth, imageWidth, factor);
      },
    },
  };
}

/**
 * The two middle pixels of each block along rows (step 1) or columns (step width) become their sum and difference,
 * /√2.
 */
function mixPairs(image: Float64Array, width: number, step: number, factor: number): void {
  const first = factor / 2 - 1;
  for (let i = 0; i < image.length; i++) {
    const along = step === 1 ? i % width : Math.floor(i / width);
    if (along % factor !== first) continue;
    const [a, b] = [image[i], image[i + step]];
    image[i] = (a + b) * Math.SQRT1_2;
    image[i + step] = (a - b) * Math.SQRT1_2;
  }
}

/** `imresize`'s table of contributions for a line of `from` pixels. */
function lineMatrix(from: number, factor: number, kernel: ResizingKernel): LineMatrix {
  const to = Math.ceil(from / factor);
  const reach = kernel.radius * factor;
  const taps = Math.ceil(2 * reach) + 2;
  const indices = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = factor * (i + 0.5) - 0.5;
    const left = Math.floor(centre - reach);
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      indices[i * taps + t] = mirrorIndex(left + t, from);
      weights[i * taps + t] = kernel.at((centre - left - t) / factor);
      sum += weights[i * taps + t];
    }
    for (let t = 0; t < taps; t++) weights[i * taps + t] /= sum;
  }
  return { from, to, taps, indices, weights };
}

function transposed({ from, to, taps, indices, weights }: LineMatrix): LineMatrix {
  const rows = Array.from({ length: from }, (): { index: number; weight: number }[] => []);
  for (let k = 0; k < to * taps; k++) {
    if (weights[k] !== 0) rows[indices[k]].push({ index: Math.floor(k / taps), weight: weights[k] });
  }
  const most = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const matrix = {
    ...{ from: to, to: from, taps: most },
    indices: new Int32Array(from * most),
    weights: new Float64Array(from * most),
  };
  for (const [i, row] of rows.entries()) {
    for (const [t, { index, weight }] of row.entries()) {
      matrix.indices[i * most + t] = index;
      matrix.weights[i * most + t] = weight;
    }
  }
  return matrix;
}

/** A plane [rows.from, columns.from], multiplied down the columns and along the rows. */
function multiply(rows: LineMatrix, columns: LineMatrix, plane: Vector): Float64Array {
  // Rows of even length make vectors.
  const padded = columns.from + (columns.from % 2);
  const [image, tall, small, ...tables] = room(
    [Float64Array, rows.from * padded],
    [Float64Array, rows.to * padded],
    [Float64Array, rows.to * columns.to],
    [Int32Array, rows.indices.length],
    [Float64Array, rows.weights.length],
    [Int32Array, columns.indices.length],
    [Float64Array, columns.weights.length],
  );
  const values = [rows.indices, rows.weights, columns.indices, columns.weights];
  for (const [i, table] of tables.entries()) table.set(values[i]);
  const [rowIndices, rowWeights, columnIndices, columnWeights] = tables;
  for (let row = 0; row < rows.from; row++) {
    image.set(plane.subarray(row * columns.from, (row + 1) * columns.from), row * padded);
  }
  kernels.sumRows(rowIndices, rowWeights, rows.taps, rows.to, image, tall, padded);
  kernels.sumAlong(columnIndices, columnWeights, columns.taps, columns.to, tall, small, padded, rows.to);
  return small.slice();
}
