/** The Walsh–Hadamard transform: sums and differences only. */
import { UsageError } from '../src/core/errors.js';
import type { OrthonormalTransform } from './subsampled.js';

/**
 * Row k of the matrix of n = H·W is (−1)^(number of ones that k and j share in binary) / √n, Sylvester's order; of planes
 * row by row it is the product of the two transforms down and across.
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
    let half = 1;
    // Two steps at a time, for each goes through the whole memory; one is left over where their number is odd.
    for (; 4 * half <= size; half *= 4) {
      for (let start = 0; start < size; start += 4 * half) {
        for (let i = start; i < start + half; i++) {
          const sum = plane[i] + plane[i + half];
          const difference = plane[i] - plane[i + half];
          const sum2 = plane[i + 2 * half] + plane[i + 3 * half];
          const difference2 = plane[i + 2 * half] - plane[i + 3 * half];
          plane[i] = sum + sum2;
          plane[i + half] = difference + difference2;
          plane[i + 2 * half] = sum - sum2;
          plane[i + 3 * half] = difference - difference2;
        }
      }
    }
    for (let i = 0; 2 * half <= size && i < half; i++) {
      const [a, b] = [plane[i], plane[i + half]];
      plane[i] = a + b;
      plane[i + half] = a - b;
    }
    for (let i = 0; i < size; i++) plane[i] *= unit;
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
