/** Blur by kernels of few weights, summed directly: cheaper than any transform, and in single precision. */
import { type FloatArray, zeros } from '../../src/core/array.js';
import { kernels, room } from '../../src/core/kernels.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';

/** Up to so many weights sums are cheaper than transforms. */
const MOST_WEIGHTS = 256;
/** What the kernel may read and write behind the end of a plane. */
const MARGIN = 16;

/** Weights that are not zero, and where they lie in the kernel. */
interface Taps {
  readonly weights: Float32Array;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * The same blur by sums, where the kernel's weights are few.
 * @param border the index of the pixel that an index outside 0 … size−1 stands for.
 */
export function withSums(
  operator: LinearOperator,
  kernel: Kernel,
  border: (index: number, size: number) => number,
): LinearOperator {
  const { weights } = tapsOf(kernel, 1);
  if (weights.length > MOST_WEIGHTS) return operator;
  return withLinearization({ ...operator, ...sums(operator.inputShape as ImageShape, kernel, border) });
}

function sums(
  shape: ImageShape,
  kernel: Kernel,
  border: (index: number, size: number) => number,
): Pick<LinearOperator, 'apply' | 'adjoint'> {
  const [channels, height, width] = shape;
  const [top, left] = [(kernel.height - 1) / 2, (kernel.width - 1) / 2];
  const rows = standIns(height, top, border);
  const columns = standIns(width, left, border);
  /** The rows and columns outside the image. */
  const above = outside(height, top);
  const beside = outside(width, left);
  const [tall, wide] = [height + 2 * top, width + 2 * left];
  // A blur goes through the kernel backwards, its adjoint forwards.
  const [backwards, forwards] = [tapsOf(kernel, -1), tapsOf(kernel, 1)];

  const apply = (x: Float32Array, to: Float32Array) => {
    const { plane, out, sum } = roomFor(backwards, tall, wide, height, width);
    for (let y = 0; y < tall; y++) {
      const from = rows[y] * width;
      const line = y * wide;
      plane.set(x.subarray(from, from + width), line + left);
      for (const column of beside) plane[line + column] = x[from + columns[column]];
    }
    sum();
    to.set(out.subarray(0, to.length));
  };

  const adjoint = (y: Float32Array, to: Float32Array) => {
    const stride = width + 4 * left;
    const { plane, out, sum } = roomFor(forwards, height + 4 * top, stride, tall, wide);
    plane.fill(0);
    for (let row = 0; row < height; row++) {
      plane.set(y.subarray(row * width, (row + 1) * width), (row + 2 * top) * stride + 2 * left);
    }
    sum();
    // What came to lie outside the image goes to the pixels that stood in there.
    for (let line = 0; line < tall * wide; line += wide) {
      for (const column of beside) out[line + left + columns[column]] += out[line + column];
    }
    for (const row of above) {
      const [from, own] = [row * wide + left, (top + rows[row]) * wide + left];
      for (let column = 0; column < width; column++) out[own + column] += out[from + column];
    }
    for (let row = 0; row < height; row++) {
      const from = (top + row) * wide + left;
      to.set(out.subarray(from, from + width), row * width);
    }
  };

  const eachPlane = (x: FloatArray, act: typeof apply) => {
    requireShape(x, shape);
    const made = zeros(shape);
    const size = height * width;
    for (let start = 0; start < channels * size; start += size) {
      act(x.data.subarray(start, start + size), made.data.subarray(start, start + size));
    }
    return made;
  };
  return { apply: (x) => eachPlane(x, apply), adjoint: (y) => eachPlane(y, adjoint) };
}

/** A plane to be filled, one for the sums, and what makes these. */
function roomFor(
  { weights, rows, columns }: Taps,
  tall: number,
  wide: number,
  height: number,
  width: number,
) {
  const [plane, out, places, factors] = room(
    [Float32Array, tall * wide + MARGIN],
    [Float32Array, height * width + MARGIN],
    [Int32Array, weights.length],
    [Float32Array, weights.length],
  );
  places.set(rows.map((row, k) => row * wide + columns[k]));
  factors.set(weights);
  const sum = () => kernels.sumPlaces(plane, out, places, factors, weights.length, height, width, wide);
  return { plane, out, sum };
}

/** @param direction −1 for the kernel upside down and left to right. */
function tapsOf({ height, width, data }: Kernel, direction: 1 | -1): Taps {
  const taken = Array.from(data, (_, i) => i).filter((i) => data[i] !== 0);
  const place = (i: number) => (direction === 1 ? i : height * width - 1 - i);
  return {
    weights: Float32Array.from(taken, (i) => data[i]),
    rows: taken.map((i) => Math.floor(place(i) / width)),
    columns: taken.map((i) => place(i) % width),
  };
}

function standIns(size: number, margin: number, border: (index: number, size: number) => number): Int32Array {
  return Int32Array.from({ length: size + 2 * margin }, (_, i) => border(i - margin, size));
}

function outside(size: number, margin: number): number[] {
  const all = Array.from({ length: size + 2 * margin }, (_, i) => i);
  return all.filter((i) => i < margin || i >= margin + size);
}
