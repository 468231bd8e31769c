/** Arrays as the whole project sees them: `NdArray<Float32Array>`, C order. */
import ndarray, { type NdArray } from 'ndarray';
import {
  requireArray,
  requireExtents,
  requireFunctions,
  requireNumbers,
  requireVector,
} from './arguments.js';

/** A float32 array; inside the project always contiguous, in C order, from offset 0. */
export type FloatArray = NdArray<Float32Array>;

/** The extents of an array, outermost first: [C, H, W] of an image. */
export type Shape = readonly number[];

/** The smallest positive float32 of full precision: what stands for a 0 where only positive values have a logarithm. */
export const SMALLEST_FLOAT = 2 ** -126;

/**
 * Number of elements of an array of this shape.
 * @example
 * ```ts
 * import { sizeOf } from 'retrodict/problem';
 *
 * console.log(sizeOf([3, 16, 16])); // 768
 * ```
 */
export function sizeOf(shape: Shape): number {
  requireExtents(shape);
  return shape.reduce((size, extent) => size * extent, 1);
}

/**
 * Wraps `data` as a contiguous array of the given shape (no copy).
 * @throws RangeError when the number of elements does not fit the shape.
 * @example
 * ```ts
 * import { floatArray } from 'retrodict';
 *
 * console.log(floatArray(Float32Array.of(0, 0.5, 1, 0.5), [1, 2, 2]).get(0, 1, 0));
 * ```
 */
export function floatArray(data: Float32Array, shape: Shape): FloatArray {
  requireVector(data, 'the data');
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`${data.length} values do not fill an array of shape ${formatShape(shape)}`);
  }
  return ndarray(data, [...shape]);
}

/**
 * A new array of zeros.
 * @example
 * ```ts
 * import { zeros } from 'retrodict';
 *
 * console.log(zeros([3, 16, 16]).data.length);
 * ```
 */
export function zeros(shape: Shape): FloatArray {
  return floatArray(new Float32Array(sizeOf(shape)), shape);
}

/**
 * An array that holds one value everywhere.
 * @example
 * ```ts
 * import { filled } from 'retrodict/problem';
 *
 * console.log(filled([3, 16, 16], 0.5).data[0]); // 0.5
 * ```
 */
export function filled(shape: Shape, value: number): FloatArray {
  requireNumbers({ value });
  return floatArray(new Float32Array(sizeOf(shape)).fill(value), shape);
}

/**
 * A new contiguous array of the same shape, with `f` applied to every value.
 * @example
 * ```ts
 * import { filled, mapArray } from 'retrodict/problem';
 *
 * console.log(mapArray(filled([1, 2, 2], 0.5), (value, index) => value + index).data); // 0.5, 1.5, 2.5, 3.5
 * ```
 */
export function mapArray(x: FloatArray, f: (value: number, index: number) => number): FloatArray {
  requireArray(x, 'x');
  requireFunctions({ f });
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i], i);
  return floatArray(data, x.shape);
}

/**
 * The same values as a float32 array that is contiguous from offset 0; no copy when it already is.
 * @throws UsageError where it is no array of this kind.
 * @example
 * ```ts
 * import { contiguous, zeros } from 'retrodict';
 *
 * const corner = zeros([3, 64, 64]).lo(0, 8, 8).hi(3, 16, 16);
 * console.log(contiguous(corner).data.length);
 * ```
 */
export function contiguous(x: NdArray): FloatArray {
  requireArray(x, 'the array');
  if (x.data instanceof Float32Array && x.offset === 0 && x.data.length === x.size && isCOrder(x)) {
    return x as FloatArray;
  }
  const out = zeros(x.shape);
  const index = new Array<number>(x.dimension).fill(0);
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = x.get(...index) as number;
    for (let axis = x.dimension - 1; axis >= 0 && ++index[axis] === x.shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

function isCOrder(x: NdArray): boolean {
  let stride = 1;
  for (let axis = x.dimension - 1; axis >= 0; axis--) {
    if (x.shape[axis] !== 1 && x.stride[axis] !== stride) return false;
    stride *= x.shape[axis];
  }
  return true;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** `3×256×256`, for messages. */
export function formatShape(shape: Shape): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}
