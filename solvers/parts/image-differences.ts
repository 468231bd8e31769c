/** Differences between neighbouring pixels: what Tikhonov's and total variation's penalties are made of. */
import { type FloatArray, zeros } from '../../src/core/array.js';

/**
 * Forward differences of an image [C, H, W] along rows and columns; 0 at the last row and column, so that the
 * image is continued by its own border.
 * @returns [2, C, H, W]: vertical, then horizontal.
 */
export function gradient(x: FloatArray): FloatArray {
  const [channels, height, width] = x.shape;
  const field = zeros([2, channels, height, width]);
  const [from, out] = [x.data, field.data];
  const horizontal = from.length;
  for (let row = 0; row < channels * height; row++) {
    const lastRow = row % height === height - 1;
    const start = row * width;
    for (let i = start; i < start + width; i++) {
      if (!lastRow) out[i] = from[i + width] - from[i];
      if (i + 1 < start + width) out[horizontal + i] = from[i + 1] - from[i];
    }
  }
  return field;
}

/** The adjoint of `gradient` (minus the divergence). */
export function gradientAdjoint(field: FloatArray): FloatArray {
  const [, channels, height, width] = field.shape;
  const image = zeros([channels, height, width]);
  const [from, out] = [field.data, image.data];
  const horizontal = out.length;
  for (let row = 0; row < channels * height; row++) {
    const lastRow = row % height === height - 1;
    const start = row * width;
    for (let i = start; i < start + width; i++) {
      if (!lastRow) {
        out[i] -= from[i];
        out[i + width] += from[i];
      }
      if (i + 1 < start + width) {
        out[i] -= from[horizontal + i];
        out[i + 1] += from[horizontal + i];
      }
    }
  }
  return image;
}
