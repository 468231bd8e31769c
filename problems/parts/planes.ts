/** Images as stacks of planes: the shape [C, H, W] checked once, the planes visited one after another. */
import { requireArray, requireExtents } from '../../src/core/arguments.js';
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';

/** The shape of an image, checked. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * The shape as that of an image.
 * @throws UsageError unless the shape is [channels, height, width].
 * @example
 * ```ts
 * import { imageShape } from 'retrodict/problem';
 *
 * const [channels, height, width] = imageShape([3, 16, 24], 'my-operator');
 * console.log(channels, height, width);
 * ```
 */
export function imageShape(shape: Shape, operator: string): ImageShape {
  if (!Array.isArray(shape)) requireExtents(shape);
  if (shape.length !== 3 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new UsageError(
      `${operator} works on images of shape channels×height×width, not on an array of shape ${formatShape(shape)}`,
    );
  }
  return [shape[0], shape[1], shape[2]];
}

/**
 * Checks that an array has as many values as its shape says.
 * @throws Error unless `x` has the shape; operators check what they are given, for a wrong size fails silently else.
 * @example
 * ```ts
 * import { filled, requireShape } from 'retrodict/problem';
 *
 * requireShape(filled([3, 8, 8], 0), [3, 8, 8]);
 * ```
 */
export function requireShape(x: FloatArray, shape: Shape): void {
  requireArray(x, 'x');
  if (x.data.length !== sizeOf(shape)) {
    throw new RangeError(`expected an array of shape ${formatShape(shape)}, found ${formatShape(x.shape)}`);
  }
}

/** A new image of shape `to`, each plane of it made from the plane of `x` (shape `from`) by `each`. */
export function mapPlanes(
  x: FloatArray,
  from: ImageShape,
  to: ImageShape,
  each: (input: Float32Array, offset: number, output: Float32Array, outputOffset: number) => void,
): FloatArray {
  requireShape(x, from);
  const out = zeros(to);
  const step = from[1] * from[2];
  const outStep = to[1] * to[2];
  for (let plane = 0; plane < from[0]; plane++) each(x.data, plane * step, out.data, plane * outStep);
  return out;
}

/** The same where a plane is computed in double precision, and is an array of its own. */
export function eachPlane(
  x: FloatArray,
  from: ImageShape,
  to: ImageShape,
  act: (plane: Float32Array) => Float64Array,
): FloatArray {
  const step = from[1] * from[2];
  return mapPlanes(x, from, to, (input, offset, output, outputOffset) => {
    output.set(act(input.subarray(offset, offset + step)), outputOffset);
  });
}

/** The same values under another shape. */
export function reshaped(x: FloatArray, shape: Shape): FloatArray {
  return floatArray(x.data, shape);
}

/** The same values for every channel. */
export function repeatPlane(channels: number, plane: Float32Array): Float32Array {
  const values = new Float32Array(channels * plane.length);
  for (let channel = 0; channel < channels; channel++) values.set(plane, channel * plane.length);
  return values;
}
