/** The Walsh–Hadamard transform: sums and differences only. */
import { UsageError } from '../../src/core/errors.js';
import { kernels, room } from '../../src/core/kernels.js';
import type { OrthonormalTransform } from './subsampled.js';

/**
 * Row k of the matrix of n = H·W is (−1)^(number of ones that k and j share in binary) / √n, Sylvester's order; of
 * planes row by row it is the product of the two transforms down and across.
 * @throws UsageError unless height and width are powers of 2.
 */
export function walshHadamard(height: number, width: number, operator: string): OrthonormalTransform {
  if (!isPowerOfTwo(height) || !isPowerOfTwo(width)) {
    throw new UsageError(
      `${operator} needs images whose height and width are powers of 2, but the image is ${height}×${width}`,
    );
  }
  const size = height * width;
  const unit = 1 / Math.sqrt(size);
  const transform = (plane: Float64Array) => {
    const [work] = room([Float64Array, size]);
    work.set(plane);
    kernels.hadamard(work, size, unit);
    plane.set(work);
  };
  return { forward: transform, inverse: transform };
}

/** The row of Sylvester's matrix that changes its sign `changes` times: Walsh's order. */
export function sequencyRow(changes: number, size: number): number {
  let gray = changes ^ (changes >> 1);
  let row = 0;
  for (let bit = 1; bit < size; bit *= 2) {
    row = 2 * row + (gray & 1);
    gray >>= 1;
  }
  return row;
}

function isPowerOfTwo(size: number): boolean {
  return (size & (size - 1)) === 0;
}
