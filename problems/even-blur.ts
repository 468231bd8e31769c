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
  // Four pixels at a time share the loads of the weights; the line is long enough for a last, partly filled four.
  const fours = 4 * Math.ceil(width / 4);
  const line = new Float64Array(fours + 2 * radius);
  const row = new Float32Array(fours);
  return (x) => {
    requireShape(x, shape);
    const out = zeros(shape);
    const input = new Float32Array(x.data.length + 3);
    input.set(x.data);
    for (let y = 0; y < channels * height; y++) {
      const plane = y - (y % height);
      const inPlane = (y % height) + radius;
      // Down the columns into a line, which is given its borders, then along the line.
      for (let i = 0; i < width; i += 4) {
        const middle = y * width + i;
        let a = half[0] * input[middle];
        let b = half[0] * input[middle + 1];
        let c = half[0] * input[middle + 2];
        let d = half[0] * input[middle + 3];
        for (let j = 1; j <= radius; j++) {
          const weight = half[j];
          const upper = (plane + above[inPlane - j]) * width + i;
          const lower = (plane + above[inPlane + j]) * width + i;
          a += weight * (input[upper] + input[lower]);
          b += weight * (input[upper + 1] + input[lower + 1]);
          c += weight * (input[upper + 2] + input[lower + 2]);
          d += weight * (input[upper + 3] + input[lower + 3]);
        }
        line[radius + i] = a;
        line[radius + i + 1] = b;
        line[radius + i + 2] = c;
        line[radius + i + 3] = d;
      }
      for (let i = 0; i < radius; i++) {
        line[i] = line[radius + beside[i]];
        line[radius + width + i] = line[radius + beside[radius + width + i]];
      }
      for (let i = 0; i < width; i += 4) {
        const middle = radius + i;
        let a = half[0] * line[middle];
        let b = half[0] * line[middle + 1];
        let c = half[0] * line[middle + 2];
        let d = half[0] * line[middle + 3];
        for (let j = 1; j <= radius; j++) {
          const weight = half[j];
          a += weight * (line[middle - j] + line[middle + j]);
          b += weight * (line[middle - j + 1] + line[middle + j + 1]);
          c += weight * (line[middle - j + 2] + line[middle + j + 2]);
          d += weight * (line[middle - j + 3] + line[middle + j + 3]);
        }
        row[i] = a;
        row[i + 1] = b;
        row[i + 2] = c;
        row[i + 3] = d;
      }
      out.data.set(width === fours ? row : row.subarray(0, width), y * width);
    }
    return out;
  };
}
