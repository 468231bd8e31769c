/**
 * How JPEG files hold colour: as luma and two colour differences (BT.601), these often at half the resolution.
 * Halving is the mean of two by two pixels; doubling takes 9, 3, 3 and 1 sixteenths of the four samples about a
 * pixel, as in the Independent JPEG Group's library ("fancy upsampling"); both repeat the last pixel at the borders.
 */
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { ChromaSampling } from '../../src/core/jpeg-coding.js';
import type { Vector } from '../../src/core/vector.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { requireShape } from '../parts/planes.js';

type Matrix = readonly (readonly [number, number, number])[];

/**
 * Luma and colour differences from red, green and blue; differences are about 0. In 65536ths, as that library has them:
 * products with whole levels are exact.
 */
export const FROM_RGB = in65536ths([
  [19595, 38470, 7471],
  [-11059, -21709, 32768],
  [32768, -27439, -5329],
]);

export const TO_RGB = in65536ths([
  [65536, 0, 91881],
  [65536, -22554, -46802],
  [65536, 116130, 0],
]);

function in65536ths(matrix: Matrix): Matrix {
  return matrix.map(([p, q, r]) => [p / 65536, q / 65536, r / 65536] as const);
}

export function transposed(matrix: Matrix): Matrix {
  return matrix.map((_, i) => [matrix[0][i], matrix[1][i], matrix[2][i]] as const);
}

/** out[:, i] = M·in[:, i] for the three planes. */
export function mixPlanes(matrix: Matrix, planes: readonly Vector[]): Float64Array[] {
  return matrix.map((row) => mixPlane(row, planes));
}

/** One of them, by its row of M. */
export function mixPlane([p, q, r]: Matrix[number], [a, b, c]: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = p * a[i] + q * b[i] + r * c[i];
  return out;
}

/** Lines to lines: value i is share·x[near[i]] + (1 − share)·x[far[i]]. */
interface TwoTaps {
  readonly from: number;
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly share: number;
}

function halving(size: number): TwoTaps {
  const half = { length: (size + 1) >> 1 };
  return {
    from: size,
    near: Int32Array.from(half, (_, i) => 2 * i),
    far: Int32Array.from(half, (_, i) => Math.min(2 * i + 1, size - 1)),
    share: 0.5,
  };
}

function doubling(size: number, share: number): TwoTaps {
  const half = (size + 1) >> 1;
  const beside = (i: number) => (i >> 1) + (i % 2 === 0 ? -1 : 1);
  return {
    from: half,
    near: Int32Array.from({ length: size }, (_, i) => i >> 1),
    far: Int32Array.from({ length: size }, (_, i) => Math.min(Math.max(beside(i), 0), half - 1)),
    share,
  };
}

/** A plane by two-tap lines down and across, and the transpose of that. */
export interface PlaneResizing {
  /** Of what `apply` gives. */
  readonly height: number;
  readonly width: number;
  apply(plane: Float64Array): Float64Array;
  transposed(plane: Float64Array): Float64Array;
}

/** How colour differences are made smaller and larger again, which axes are halved. */
export interface ChromaScaling {
  readonly rows: boolean;
  readonly columns: boolean;
  readonly down: PlaneResizing;
  readonly up: PlaneResizing;
}

/** @param width of the planes that are halved. @param shownWidth of those that come out. */
export function chromaScaling(
  chroma: ChromaSampling,
  height: number,
  width: number,
  shownWidth = width,
): ChromaScaling {
  const rows = chroma === 'half' || chroma === 'half-height';
  const columns = chroma === 'half' || chroma === 'half-width';
  // Images of up to four columns are too narrow for the library's doubling: it repeats every sample.
  const share = shownWidth <= 4 && columns ? 1 : 0.75;
  const down = separable(rows ? halving(height) : kept(height), columns ? halving(width) : kept(width));
  const up = separable(
    rows ? doubling(height, share) : kept(height),
    columns ? doubling(shownWidth, share) : kept(shownWidth),
  );
  return { rows, columns, down, up };
}

function kept(size: number): TwoTaps {
  const near = Int32Array.from({ length: size }, (_, i) => i);
  return { from: size, near, far: near, share: 1 };
}

function separable(rows: TwoTaps, columns: TwoTaps): PlaneResizing {
  const [height, width] = [rows.near.length, columns.near.length];
  const { near, far, share } = columns;
  return {
    height,
    width,
    apply(plane) {
      const out = new Float64Array(height * width);
      for (let y = 0; y < height; y++) {
        const above = rows.near[y] * columns.from;
        const below = rows.far[y] * columns.from;
        for (let x = 0; x < width; x++) {
          const upper = share * plane[above + near[x]] + (1 - share) * plane[above + far[x]];
          const lower = share * plane[below + near[x]] + (1 - share) * plane[below + far[x]];
          out[y * width + x] = rows.share * upper + (1 - rows.share) * lower;
        }
      }
      return out;
    },
    transposed(plane) {
      const out = new Float64Array(rows.from * columns.from);
      for (let y = 0; y < height; y++) {
        const above = rows.near[y] * columns.from;
        const below = rows.far[y] * columns.from;
        for (let x = 0; x < width; x++) {
          const upper = rows.share * plane[y * width + x];
          const lower = plane[y * width + x] - upper;
          out[above + near[x]] += share * upper;
          out[above + far[x]] += (1 - share) * upper;
          out[below + near[x]] += share * lower;
          out[below + far[x]] += (1 - share) * lower;
        }
      }
      return out;
    },
  };
}

/** [3, H, W]: colour at a lower resolution, luma untouched; what a JPEG of best quality would keep. */
export function coarseChroma(chroma: ChromaSampling, height: number, width: number): LinearOperator {
  const shape = [3, height, width];
  const pixels = height * width;
  const { down, up } = chromaScaling(chroma, height, width);
  const through = (
    x: FloatArray,
    first: Matrix,
    each: (plane: Float64Array) => Float64Array,
    last: Matrix,
  ) => {
    requireShape(x, shape);
    const planes = [0, 1, 2].map((c) => new Float64Array(x.data.subarray(c * pixels, (c + 1) * pixels)));
    const [luma, ...differences] = mixPlanes(first, planes);
    const out = zeros(shape);
    for (const [c, plane] of mixPlanes(last, [luma, ...differences.map(each)]).entries()) {
      out.data.set(plane, c * pixels);
    }
    return out;
  };
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: (x) => through(x, FROM_RGB, (plane) => up.apply(down.apply(plane)), TO_RGB),
    adjoint: (y) =>
      through(y, transposed(TO_RGB), (plane) => down.transposed(up.transposed(plane)), transposed(FROM_RGB)),
  });
}
