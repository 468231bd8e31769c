/**
 * Line integrals of images by Joseph's method ("An improved algorithm for reprojecting rays through pixel images",
 * 1982): a ray is sampled where it crosses the middles of rows (of columns, where it runs flat), linearly
 * interpolated between the two nearest pixels; beyond the image is zero. The adjoint uses the same weights, so it is
 * exact.
 *
 * Rays that are each other's mirror image left to right, or about the diagonal, have the same weights: they are
 * followed together, each in its own of four images turned to fit (kernels/rays.ts).
 */
import { type FloatArray, zeros } from '../../src/core/array.js';
import { kernels, room } from '../../src/core/kernels.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';

/** A line in pixel coordinates: (x, y) = (0, 0) is the middle of the first pixel, y runs down. */
export interface Ray {
  readonly x: number;
  readonly y: number;
  /** Direction, of any length. */
  readonly dx: number;
  readonly dy: number;
}

/**
 * What rays cross: row first + k of a plane with a border of one pixel, at column start + k·slope, k < count. Up to
 * four rays share a path, in planes that are the image as it is, left to right, transposed, and that left to right.
 */
interface Paths {
  readonly start: Float64Array;
  readonly slope: Float64Array;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Where in the sums, four to a path, that of each ray is. */
  readonly places: Int32Array;
  /** Of each ray, from one row to the next, in units of the image's longer side. */
  readonly lengths: Float64Array;
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
  const { places, lengths, ...tables } = pathsOf(rays, height, width);
  const paths = tables.start.length;
  const side = Math.max(height, width);
  const stride = 16 * (side + 2);

  const enter = () => enterTables(tables, (side * stride) / 4, pixels);

  const apply = (x: FloatArray) => {
    requireShape(x, shape);
    const out = zeros(outputShape);
    const { plane, image, start, slope, first, count, sums } = enter();
    for (let channel = 0; channel < channels; channel++) {
      image.set(x.data.subarray(channel * pixels, (channel + 1) * pixels));
      kernels.turnImage(image, plane, height, width, stride);
      sums.fill(0);
      kernels.followRays(plane, side, stride, start, slope, first, count, paths, sums, false);
      for (let ray = 0, to = channel * rays.length; ray < rays.length; ray++, to++) {
        out.data[to] = lengths[ray] * sums[places[ray]];
      }
    }
    return out;
  };

  const adjoint = (y: FloatArray) => {
    requireShape(y, outputShape);
    const out = zeros(shape);
    const { plane, image, start, slope, first, count, sums } = enter();
    for (let channel = 0; channel < channels; channel++) {
      sums.fill(0);
      for (let ray = 0, from = channel * rays.length; ray < rays.length; ray++, from++) {
        sums[places[ray]] = lengths[ray] * y.data[from];
      }
      plane.fill(0);
      kernels.followRays(plane, side, stride, start, slope, first, count, paths, sums, true);
      kernels.turnBack(plane, image, height, width, stride);
      out.data.set(image, channel * pixels);
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

/** The kernel's memory, with the paths in it and nothing in the plane. */
function enterTables(tables: Omit<Paths, 'places' | 'lengths'>, planeSize: number, pixels: number) {
  const paths = tables.start.length;
  const [plane, image, start, slope, first, count, sums] = room(
    [Float32Array, planeSize],
    [Float32Array, pixels],
    [Float64Array, paths],
    [Float64Array, paths],
    [Int32Array, paths],
    [Int32Array, paths],
    [Float32Array, 4 * paths],
  );
  start.set(tables.start);
  slope.set(tables.slope);
  first.set(tables.first);
  count.set(tables.count);
  plane.fill(0);
  return { plane, image, start, slope, first, count, sums };
}

function pathsOf(rays: readonly Ray[], height: number, width: number): Paths {
  const paths: { start: number; slope: number; first: number; count: number; taken: boolean[] }[] = [];
  const known = new Map<string, number>();
  const places = new Int32Array(rays.length);
  const lengths = new Float64Array(rays.length);
  for (const [i, { x, y, dx, dy }] of rays.entries()) {
    const flat = Math.abs(dx) > Math.abs(dy);
    const own = flat ? dy / dx : dx / dy;
    const [rows, columns] = flat ? [width, height] : [height, width];
    // The column, counted from the border's, at row 0; mirrored so that columns do not decrease.
    const origin = 1 + (flat ? y - x * own : x - y * own);
    const [slope, from] = own < 0 ? [-own, columns + 1 - origin] : [own, origin];
    const [first, end] = rowsWithin(from, slope, rows, columns + 1);
    const [start, count] = [from + first * slope, end - first];
    const plane = (flat ? 2 : 0) + (own < 0 ? 1 : 0);
    const key = [Math.round(1e6 * start), Math.round(1e9 * slope), first, count].join();
    let path = known.get(key);
    if (path === undefined || paths[path].taken[plane]) {
      path = paths.length;
      paths.push({ start, slope, first, count, taken: [] });
      known.set(key, path);
    }
    paths[path].taken[plane] = true;
    places[i] = 4 * path + plane;
    lengths[i] = Math.hypot(1, slope) / Math.max(height, width);
  }
  return {
    start: Float64Array.from(paths, ({ start }) => start),
    slope: Float64Array.from(paths, ({ slope }) => slope),
    first: Int32Array.from(paths, ({ first }) => first),
    count: Int32Array.from(paths, ({ count }) => count),
    places,
    lengths,
  };
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
