/** Blur by short separable even kernels, summed directly: for small radii cheaper than any transform. */
import { floatArray, sizeOf } from '../../src/core/array.js';
import { kernels, room } from '../../src/core/kernels.js';
import type { LinearOperator } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';

/** What the kernel may read and write behind the end of a row. */
const MARGIN = 8;

/**
 * kernel(y, x) = half(|y|)·half(|x|) on every channel. With periodic or mirrored borders the matrix is symmetric, so
 * this is its own adjoint.
 * @param half weights g(0) … g(radius).
 * @param border the index of the pixel that an index outside 0 … size−1 stands for.
 */
export function evenBlur(
  shape: ImageShape,
  half: Float64Array,
  border: (index: number, size: number) => number,
): LinearOperator['apply'] {
  const [channels, height, width] = shape;
  const radius = half.length - 1;
  const size = sizeOf(shape);
  const standIns = (extent: number) =>
    Int32Array.from({ length: extent + 2 * radius }, (_, i) => border(i - radius, extent));
  const [rows, columns] = [standIns(height), standIns(width)];
  return (x) => {
    requireShape(x, shape);
    const [image, out, line, weights, above, beside] = room(
      [Float32Array, size + MARGIN],
      [Float32Array, size + MARGIN],
      [Float32Array, width + 2 * radius + MARGIN],
      [Float32Array, half.length],
      [Int32Array, rows.length],
      [Int32Array, columns.length],
    );
    image.set(x.data);
    weights.set(half);
    above.set(rows);
    beside.set(columns);
    kernels.evenBlur(image, out, line, weights, radius, above, beside, channels, height, width);
    return floatArray(out.slice(0, size), shape);
  };
}
