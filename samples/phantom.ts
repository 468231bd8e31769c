/**
 * Shepp and Logan's phantom of a head, with the contrasts of Toft, "The Radon transform: theory and implementation"
 * (1996).
 */
import { type FloatArray, zeros } from '../src/index.js';

/** Of each ellipse: what it adds, half axes, middle and turn in degrees, in half sides of the image. */
const ELLIPSES = [
  [1, 0.69, 0.92, 0, 0, 0],
  [-0.8, 0.6624, 0.874, 0, -0.0184, 0],
  [-0.2, 0.11, 0.31, 0.22, 0, -18],
  [-0.2, 0.16, 0.41, -0.22, 0, 18],
  [0.1, 0.21, 0.25, 0, 0.35, 0],
  [0.1, 0.046, 0.046, 0, 0.1, 0],
  [0.1, 0.046, 0.046, 0, -0.1, 0],
  [0.1, 0.046, 0.023, -0.08, -0.605, 0],
  [0.1, 0.023, 0.023, 0, -0.606, 0],
  [0.1, 0.023, 0.046, 0.06, -0.605, 0],
] as const;

/** [1, size, size] in [0, 1]. */
export function phantom(size: number): FloatArray {
  const image = zeros([1, size, size]);
  for (let i = 0; i < image.data.length; i++) {
    const across = (2 * ((i % size) + 0.5)) / size - 1;
    const up = 1 - (2 * (Math.floor(i / size) + 0.5)) / size;
    for (const [value, a, b, x, y, degrees] of ELLIPSES) {
      const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      const [dx, dy] = [across - x, up - y];
      if (((c * dx + s * dy) / a) ** 2 + ((c * dy - s * dx) / b) ** 2 <= 1) image.data[i] += value;
    }
  }
  return image;
}
