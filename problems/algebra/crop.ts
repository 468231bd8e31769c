/** A window of an image or of a measurement that is one; after another operator with `compose`. */
import { requireNumbers } from '../../src/core/arguments.js';
import {
  type FloatArray,
  filled,
  formatShape,
  mapArray,
  type Shape,
  sizeOf,
  zeros,
} from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { type LinearOperator, type Window, withLinearization } from '../operator.js';
import { lazySvd } from '../parts/lazy-svd.js';
import { imageShape, requireShape, reshaped } from '../parts/planes.js';

/**
 * [C, H, W] → [C, height, width]: some rows of the identity, which has everything in closed form.
 * @throws UsageError when the window does not lie within the image.
 * @example
 * ```ts
 * import { crop } from 'retrodict';
 *
 * console.log(crop([3, 64, 64], { top: 8, left: 8, height: 16, width: 32 }).outputShape);
 * ```
 */
export function crop(shape: Shape, window: Window): LinearOperator {
  const [channels, rows, columns] = imageShape(shape, 'crop');
  const { top, left, height, width } = Object(window) as Window;
  requireNumbers({ top, left, height, width });
  const whole = [top, left, height, width].every(Number.isInteger);
  if (!whole || Math.min(top, left) < 0 || Math.min(height, width) < 1) {
    throw new UsageError(`a window of ${height}×${width} from row ${top} and column ${left} on is none`);
  }
  if (top + height > rows || left + width > columns) {
    throw new UsageError(
      `a window of ${height}×${width} from row ${top} and column ${left} on does not lie in ${formatShape(shape)}`,
    );
  }
  const outputShape = [channels, height, width];
  const flat = [sizeOf(shape)];
  const starts = Array.from(
    { length: channels * height },
    (_, row) => (Math.floor(row / height) * rows + top + (row % height)) * columns + left,
  );
  const apply = (x: FloatArray) => {
    requireShape(x, shape);
    const out = zeros(outputShape);
    for (const [row, start] of starts.entries())
      out.data.set(x.data.subarray(start, start + width), row * width);
    return out;
  };
  const adjoint = (y: FloatArray) => {
    requireShape(y, outputShape);
    const out = zeros(shape);
    for (const [row, start] of starts.entries()) {
      out.data.set(y.data.subarray(row * width, (row + 1) * width), start);
    }
    return out;
  };
  /** Divides what lies in the window by one number, and the rest by another. */
  const divided = (b: FloatArray, within: number, beyond: number) => {
    const x = mapArray(b, (value) => value / beyond);
    for (const start of starts) {
      for (let i = start; i < start + width; i++) x.data[i] = b.data[i] / within;
    }
    return x;
  };
  return withLinearization({
    inputShape: shape,
    outputShape,
    apply,
    adjoint,
    normalSolve: (b, rho) => divided(b, 1 + rho, rho),
    svd: lazySvd(() => ({
      values: adjoint(filled(outputShape, 1)).data,
      toSpectrum: (x) => reshaped(x, flat),
      fromSpectrum: (u) => reshaped(u, shape),
      measurementToSpectrum: (y) => reshaped(adjoint(y), flat),
    })),
    norm: 1,
    rowScale: 1,
  });
}
