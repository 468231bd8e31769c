/** Blur by short separable even kernels, summed directly: for small radii cheaper than any transform. */
import { zeros } from '../src/core/array.js';
import type { LinearOperator } from './operator.js';
import { type ImageShape, requireShape } from './planes.js';

/**
 * kernel(y, x) = half(|y|)·half(|x|) on every channel. With periodic or mirrored borders the matrix is symmetric, so this
 * is its own adjoint.
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
  const above = Int32Array.from({ length: height + 2 * radius }, (_, i) => border(i - radius, height));
  const beside = Int32Array.from({ length: width + 2 * radius }, (_, i) => border(i - radius, width));
  const line = new Float64Array(width + 2 * radius);
  const sums = new Float64Array(width);
  return (x) => {
    requireShape(x, shape);
    const out = zeros(shape);
    const input = x.data;
    const output = out.data;
    for (let row = 0; row < channels * height; row++) {
      const plane = row - (row % height);
      const middle = row * width;
      // Down the columns into a line with borders, then along the line.
      for (let i = 0; i < width; i++) line[radius + i] = half[0] * input[middle + i];
      for (let j = 1; j <= radius; j++) {
        const upper = (plane + above[(row % height) + radius - j]) * width;
        const lower = (plane + above[(row % height) + radius + j]) * width;
        const weight = half[j];
        for (let i = 0; i < width; i++) {
          line[radius + i] += weight * (input[upper + i] + input[lower + i]);
        }
      }
      for (let i = 0; i < radius; i++) {
        line[i] = line[radius + beside[i]];
        line[radius + width + i] = line[radius + beside[radius + width + i]];
      }
      for (let i = 0; i < width; i++) sums[i] = half[0] * line[radius + i];
      for (let j = 1; j <= radius; j++) {
        const weight = half[j];
        for (let i = radius; i < radius + width; i++)
          sums[i - radius] += weight * (line[i - j] + line[i + j]);
      }
      output.set(sums, middle);
    }
    return out;
  };
}
