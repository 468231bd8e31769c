/**
 * Separable antialiased downsampling as MATLAB's `imresize` defines it, for factors f ≥ 1: the output pixel i looks at
 * u = f·(i + ½) − ½, the kernel is stretched by f, weights are normalised to sum 1, borders are mirrored with the border
 * between two equal pixels, and a line of n pixels gives ⌈n/f⌉.
 *
 * Where f is a whole number that divides the size, the kernel is even about the middle of f pixels, and AAᵀ of a line is
 * diagonal in the cosine basis of the output: each output cosine sees only its own aliases.
 */
import { Dct2d } from '../src/core/dct.js';
import type { Vector } from '../src/core/vector.js';
import { mirrorIndex } from './mirrored.js';
import type { LinearOperator } from './operator.js';
import type { ImageShape } from './planes.js';
import type { RowBasis } from './row-basis.js';
import { fromRowSpace } from './row-space.js';

/** A function of the distance in output pixels, zero beyond `radius`. */
export interface ResamplingKernel {
  readonly radius: number;
  at(distance: number): number;
}

export const resamplingKernels = {
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
} as const satisfies Record<string, ResamplingKernel>;

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
export function resampling(shape: ImageShape, factor: number, kernel: ResamplingKernel): LinearOperator {
  const [channels, height, width] = shape;
  const rows = lineMatrix(height, factor, kernel);
  const columns = lineMatrix(width, factor, kernel);
  const outputShape: ImageShape = [channels, rows.to, columns.to];
  const apply = (x: Vector) => {
    const tall = new Float64Array(channels * rows.to * width);
    for (let plane = 0; plane < channels; plane++) {
      multiplyRows(rows, width, x, plane * height * width, tall, plane * rows.to * width);
    }
    return multiplyColumns(columns, channels * rows.to, tall);
  };
  const adjoint = (y: Vector) => {
    const tall = multiplyColumnsTransposed(columns, channels * rows.to, y);
    const out = new Float64Array(channels * height * width);
    for (let plane = 0; plane < channels; plane++) {
      multiplyRowsTransposed(rows, width, tall, plane * rows.to * width, out, plane * height * width);
    }
    return out;
  };
  const diagonal = Number.isInteger(factor) && height % factor === 0 && width % factor === 0;
  const basis = diagonal ? cosineBasis(channels, rows.to, columns.to, factor) : undefined;
  return fromRowSpace(shape, outputShape, { apply, adjoint }, basis);
}

/** Cosines of the output; of the image, the middle pixel of each block, or where there is none the mean of the middle ones. */
function cosineBasis(channels: number, height: number, width: number, factor: number): RowBasis {
  const dct = new Dct2d(height, width);
  const plane = height * width;
  const middle = Math.floor((factor - 1) / 2);
  const [imageHeight, imageWidth] = [factor * height, factor * width];
  const places = Int32Array.from({ length: channels * plane }, (_, i) => {
    const [line, x] = [Math.floor(i / width), i % width];
    const [channel, y] = [Math.floor(line / height), line % height];
    return (channel * imageHeight + factor * y + middle) * imageWidth + factor * x + middle;
  });
  return {
    forward(y) {
      const out = new Float64Array(y.length);
      const coefficients = new Float64Array(plane);
      for (let offset = 0; offset < y.length; offset += plane) {
        dct.forward(y, offset, coefficients);
        out.set(coefficients, offset);
      }
      return out;
    },
    inverse(coefficients) {
      const out = new Float64Array(coefficients.length);
      for (let offset = 0; offset < out.length; offset += plane) {
        dct.inverse(coefficients.slice(offset, offset + plane), out, offset);
      }
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

/** The two middle pixels of each block along rows (step 1) or columns (step width) become their sum and difference, /√2. */
function mixPairs(image: Float64Array, width: number, step: number, factor: number): void {
  const first = factor / 2 - 1;
  for (let i = 0; i < image.length; i++) {
    // Whole blocks: a column's index goes on from channel to channel.
    const along = step === 1 ? i % width : Math.floor(i / width);
    if (along % factor !== first) continue;
    const [a, b] = [image[i], image[i + step]];
    image[i] = (a + b) * Math.SQRT1_2;
    image[i + step] = (a - b) * Math.SQRT1_2;
  }
}

/** `imresize`'s table of contributions for a line of `from` pixels. */
function lineMatrix(from: number, factor: number, kernel: ResamplingKernel): LineMatrix {
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

/** out[i] = Σ_t weight·in[index] on whole rows of `width` values. */
function multiplyRows(
  m: LineMatrix,
  width: number,
  x: Vector,
  offset: number,
  out: Float64Array,
  to: number,
): void {
  for (let i = 0; i < m.to; i++) {
    const target = to + i * width;
    for (let t = i * m.taps; t < (i + 1) * m.taps; t++) {
      const weight = m.weights[t];
      if (weight === 0) continue;
      const source = offset + m.indices[t] * width;
      for (let k = 0; k < width; k++) out[target + k] += weight * x[source + k];
    }
  }
}

function multiplyRowsTransposed(
  m: LineMatrix,
  width: number,
  y: Float64Array,
  offset: number,
  out: Float64Array,
  to: number,
): void {
  for (let i = 0; i < m.to; i++) {
    const source = offset + i * width;
    for (let t = i * m.taps; t < (i + 1) * m.taps; t++) {
      const weight = m.weights[t];
      if (weight === 0) continue;
      const target = to + m.indices[t] * width;
      for (let k = 0; k < width; k++) out[target + k] += weight * y[source + k];
    }
  }
}

function multiplyColumns(m: LineMatrix, lines: number, x: Float64Array): Float64Array {
  const out = new Float64Array(lines * m.to);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < m.to; i++) {
      let sum = 0;
      for (let t = i * m.taps; t < (i + 1) * m.taps; t++)
        sum += m.weights[t] * x[line * m.from + m.indices[t]];
      out[line * m.to + i] = sum;
    }
  }
  return out;
}

function multiplyColumnsTransposed(m: LineMatrix, lines: number, y: Vector): Float64Array {
  const out = new Float64Array(lines * m.from);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < m.to; i++) {
      const value = y[line * m.to + i];
      for (let t = i * m.taps; t < (i + 1) * m.taps; t++)
        out[line * m.from + m.indices[t]] += m.weights[t] * value;
    }
  }
  return out;
}
