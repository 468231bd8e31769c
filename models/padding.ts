/**
 * Padding images to a network's grid: mirrored at the bottom and the right, without repeating the edge, so that
 * the image's own pixels keep their place on the grid.
 */
import { type FloatArray, zeros } from '../src/core/array.js';

/** The least multiple of `multiple` that is not below `extent`. */
export function roundUp(extent: number, multiple: number): number {
  return Math.ceil(extent / multiple) * multiple;
}

/** An image [C, H, W] mirrored out to [C, height, width]. */
export function pad(x: FloatArray, height: number, width: number): FloatArray {
  const [channels, h, w] = x.shape;
  if (h === height && w === width) return x;
  const rows = mirror(h, height);
  const columns = mirror(w, width);
  const out = zeros([channels, height, width]);
  for (let c = 0, i = 0; c < channels; c++) {
    for (let row = 0; row < height; row++) {
      const from = (c * h + rows[row]) * w;
      for (let column = 0; column < width; column++) out.data[i++] = x.data[from + columns[column]];
    }
  }
  return out;
}

/** The adjoint of `pad` from [C, height, width] to [C, h, w]: every value is added to the pixel it came from. */
export function padAdjoint(v: FloatArray, h: number, w: number): FloatArray {
  const [channels, height, width] = v.shape;
  if (h === height && w === width) return v;
  const rows = mirror(h, height);
  const columns = mirror(w, width);
  const out = zeros([channels, h, w]);
  for (let c = 0, i = 0; c < channels; c++) {
    for (let row = 0; row < height; row++) {
      const to = (c * h + rows[row]) * w;
      for (let column = 0; column < width; column++) out.data[to + columns[column]] += v.data[i++];
    }
  }
  return out;
}

/** The part [C, h, w] of an image that begins at (top, left). */
export function cut(x: FloatArray, top: number, left: number, h: number, w: number): FloatArray {
  const [channels, height, width] = x.shape;
  if (h === height && w === width) return x;
  const out = zeros([channels, h, w]);
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < h; row++) {
      const from = (c * height + top + row) * width + left;
      out.data.set(x.data.subarray(from, from + w), (c * h + row) * w);
    }
  }
  return out;
}

/** Lays `part` into `x` at (top, left): into zeros, the adjoint of `cut`. */
export function paste(part: FloatArray, x: FloatArray, top: number, left: number): void {
  const [channels, h, w] = part.shape;
  const [, height, width] = x.shape;
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < h; row++) {
      const from = (c * h + row) * w;
      x.data.set(part.data.subarray(from, from + w), (c * height + top + row) * width + left);
    }
  }
}

/** For every position of the padded axis the one of the n original positions that it shows. */
function mirror(n: number, padded: number): Int32Array {
  const period = Math.max(1, 2 * (n - 1));
  return Int32Array.from({ length: padded }, (_, i) => Math.min(i % period, period - (i % period)) % n);
}
