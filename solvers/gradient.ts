/** Differences between neighbouring pixels, and the linear system that penalises them. */
import type { LinearOperator } from '../problems/operator.js';
import { type FloatArray, mapArray, zeros } from '../src/core/array.js';

/**
 * Forward differences of an image [C, H, W] along rows and columns; 0 at the last row and column, so that the
 * image is continued by its own border.
 * @returns [2, C, H, W]: vertical, then horizontal.
 */
export function gradient(x: FloatArray): FloatArray {
  const [channels, height, width] = x.shape;
  const out = zeros([2, channels, height, width]);
  const horizontal = x.data.length;
  for (let row = 0; row < channels * height; row++) {
    const lastRow = row % height === height - 1;
    const start = row * width;
    for (let i = start; i < start + width; i++) {
      if (!lastRow) out.data[i] = x.data[i + width] - x.data[i];
      if (i + 1 < start + width) out.data[horizontal + i] = x.data[i + 1] - x.data[i];
    }
  }
  return out;
}

/** The adjoint of `gradient` (minus the divergence). */
export function gradientAdjoint(field: FloatArray): FloatArray {
  const [, channels, height, width] = field.shape;
  const out = zeros([channels, height, width]);
  const horizontal = out.data.length;
  for (let row = 0; row < channels * height; row++) {
    const lastRow = row % height === height - 1;
    const start = row * width;
    for (let i = start; i < start + width; i++) {
      if (!lastRow) {
        out.data[i] -= field.data[i];
        out.data[i + width] += field.data[i];
      }
      if (i + 1 < start + width) {
        out.data[i] -= field.data[horizontal + i];
        out.data[i + 1] += field.data[horizontal + i];
      }
    }
  }
  return out;
}

/**
 * The matrix AᵀA + penalty ∇ᵀ∇, as its product with an image.
 * @param penalty positive; where it is too small for float32 it is raised to what keeps the matrix definite.
 */
export function smoothMatrix(
  operator: LinearOperator,
  penalty: number,
): (x: FloatArray) => Promise<FloatArray> {
  const strength = Math.max(penalty, 1e-6);
  return async (x) => {
    const smooth = gradientAdjoint(gradient(x));
    const seen = await operator.adjoint(await operator.apply(x));
    return mapArray(smooth, (value, i) => strength * value + seen.data[i]);
  };
}
