/** A picture to look at, of linear light as a camera's sensor counts it. */
import { type FloatArray, floatArray } from '../core/array.js';

export interface Development {
  /** What red, green and blue are multiplied by so that grey is grey. */
  readonly whiteBalance: readonly number[];
  /** Rows red, green and blue of linear sRGB, of the camera's balanced colours. */
  readonly toSrgb: readonly (readonly number[])[];
}

/**
 * White balance, the camera's matrix and sRGB's curve (IEC 61966-2-1). What is white in one colour is white in all, so
 * that clipped lights have no tint.
 * @param image [3, H, W] in linear light, 1 is the camera's white.
 */
export function develop(image: FloatArray, { whiteBalance, toSrgb }: Development): FloatArray {
  const pixels = image.data.length / 3;
  const least = Math.min(...whiteBalance);
  const out = new Float32Array(image.data.length);
  for (let i = 0; i < pixels; i++) {
    const balanced = whiteBalance.map((gain, c) =>
      Math.min(1, Math.max(0, (image.data[c * pixels + i] * gain) / least)),
    );
    toSrgb.forEach((row, c) => {
      out[c * pixels + i] = encoded(row.reduce((sum, weight, k) => sum + weight * balanced[k], 0));
    });
  }
  return floatArray(out, image.shape);
}

function encoded(light: number): number {
  const clipped = Math.min(1, Math.max(0, light));
  return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
}
