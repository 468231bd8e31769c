/**
 * Line integrals of images by Joseph's method ("An improved algorithm for reprojecting rays through pixel images", 1982):
 * a ray is sampled where it crosses the middles of rows (of columns, where it runs flat), linearly interpolated between
 * the two nearest pixels; beyond the image is zero. The adjoint uses the same weights, so it is exact.
 */
import { type FloatArray, zeros } from '../src/core/array.js';
import type { Vector } from '../src/core/vector.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, requireShape } from './planes.js';

/** A line in pixel coordinates: (x, y) = (0, 0) is the middle of the first pixel, y runs down. */
export interface Ray {
  readonly x: number;
  readonly y: number;
  /** Direction, of any length. */
  readonly dx: number;
  readonly dy: number;
}

/** How a ray crosses rows of a bordered plane: at column start + k·slope of row first + k, k < count. */
interface Crossings {
  readonly start: Float64Array;
  readonly slope: Float64Array;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Path between two rows, in units of the image's longer side. */
  readonly length: Float64Array;
  /** 1 where the rows are the image's columns. */
  readonly flat: Uint8Array;
}

/**
 * [C, H, W] → [C, ...measured]: integrals in units of the image's longer side.
 * @param measured shape of the rays, which come in its order.
 */
export function rayTransform(
  shape: ImageShape,
  rays: readonly Ray[],
  measured: readonly number[],
): LinearOperator {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const outputShape = [channels, ...measured];
  const crossings = crossingsOf(rays, height, width);
  // One pixel of border on both sides; `flat` holds the transposed image.
  const upright = { stride: width + 2, data: new Float64Array(height * (width + 2) + 1) };
  const flat = { stride: height + 2, data: new Float64Array(width * (height + 2) + 1) };
  const { start, slope, first, count, length } = crossings;

  const apply = (x: FloatArray) => {
    requireShape(x, shape);
    const out = zeros(outputShape);
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < pixels; i++) {
        const [row, column] = [Math.floor(i / width), i % width];
        const value = x.data[channel * pixels + i];
        upright.data[row * upright.stride + column + 1] = value;
        flat.data[column * flat.stride + row + 1] = value;
      }
      for (let ray = 0; ray < rays.length; ray++) {
        const { data, stride } = crossings.flat[ray] ? flat : upright;
        const sum = sumAlong(data, first[ray] * stride, stride, start[ray], slope[ray], count[ray]);
        out.data[channel * rays.length + ray] = length[ray] * sum;
      }
    }
    return out;
  };

  const adjoint = (y: FloatArray) => {
    requireShape(y, outputShape);
    const out = zeros(shape);
    for (let channel = 0; channel < channels; channel++) {
      upright.data.fill(0);
      flat.data.fill(0);
      for (let ray = 0; ray < rays.length; ray++) {
        const { data, stride } = crossings.flat[ray] ? flat : upright;
        const value = length[ray] * y.data[channel * rays.length + ray];
        spreadAlong(data, first[ray] * stride, stride, start[ray], slope[ray], count[ray], value);
      }
      for (let i = 0; i < pixels; i++) {
        const [row, column] = [Math.floor(i / width), i % width];
        out.data[channel * pixels + i] =
          upright.data[row * upright.stride + column + 1] + flat.data[column * flat.stride + row + 1];
      }
      // What fell on the border is lost: the next image's must be zero there.
      upright.data.fill(0);
      flat.data.fill(0);
    }
    return out;
  };
  return withLinearization({
    inputShape: shape,
    outputShape,
    apply,
    adjoint,
    norm: schurBound(shape, outputShape, apply, adjoint),
  });
}

function sumAlong(
  data: Vector,
  base: number,
  stride: number,
  start: number,
  slope: number,
  count: number,
): number {
  let sum = 0;
  for (let k = 0, row = base; k < count; k++, row += stride) {
    const at = start + k * slope;
    const whole = at | 0;
    const left = data[row + whole];
    sum += left + (at - whole) * (data[row + whole + 1] - left);
  }
  return sum;
}

function spreadAlong(
  data: Vector,
  base: number,
  stride: number,
  start: number,
  slope: number,
  count: number,
  value: number,
): void {
  for (let k = 0, row = base; k < count; k++, row += stride) {
    const at = start + k * slope;
    const whole = at | 0;
    const right = (at - whole) * value;
    data[row + whole] += value - right;
    data[row + whole + 1] += right;
  }
}

function crossingsOf(rays: readonly Ray[], height: number, width: number): Crossings {
  const size = rays.length;
  const crossings = {
    start: new Float64Array(size),
    slope: new Float64Array(size),
    first: new Int32Array(size),
    count: new Int32Array(size),
    length: new Float64Array(size),
    flat: new Uint8Array(size),
  };
  for (const [i, { x, y, dx, dy }] of rays.entries()) {
    const flat = Math.abs(dx) > Math.abs(dy);
    const slope = flat ? dy / dx : dx / dy;
    // The column, counted from the border's, at row 0.
    const origin = 1 + (flat ? y - x * slope : x - y * slope);
    const [rows, columns] = flat ? [width, height] : [height, width];
    const [first, end] = rowsWithin(origin, slope, rows, columns + 1);
    crossings.start[i] = origin + first * slope;
    crossings.slope[i] = slope;
    crossings.first[i] = first;
    crossings.count[i] = end - first;
    crossings.length[i] = Math.hypot(1, slope) / Math.max(height, width);
    crossings.flat[i] = flat ? 1 : 0;
  }
  return crossings;
}

/** The rows first … end−1 of `rows` at which 0 ≤ origin + row·slope < limit, without those where rounding decides. */
function rowsWithin(
  origin: number,
  slope: number,
  rows: number,
  limit: number,
): [first: number, end: number] {
  const margin = 1e-9;
  const inside = (row: number) => {
    const at = origin + row * slope;
    return at >= margin && at < limit - margin;
  };
  if (slope === 0) return inside(0) ? [0, rows] : [0, 0];
  const [a, b] = [-origin / slope, (limit - origin) / slope].sort((p, q) => p - q);
  let first = Math.min(rows, Math.max(0, Math.floor(a)));
  let end = Math.max(first, Math.min(rows, Math.ceil(b) + 1));
  while (first < end && !inside(first)) first++;
  while (end > first && !inside(end - 1)) end--;
  return [first, end];
}

/** ‖A‖² ≤ largest row sum × largest column sum, where no entry is negative (Schur's test). */
function schurBound(
  inputShape: ImageShape,
  outputShape: readonly number[],
  apply: (x: FloatArray) => FloatArray,
  adjoint: (y: FloatArray) => FloatArray,
): number {
  const largest = (shape: readonly number[], act: (ones: FloatArray) => FloatArray) => {
    const ones = zeros(shape);
    ones.data.fill(1);
    return act(ones).data.reduce((sofar, value) => Math.max(sofar, value), 0);
  };
  return Math.sqrt(largest(inputShape, apply) * largest(outputShape, adjoint));
}
