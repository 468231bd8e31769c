/** Grey pictures that are saved in colour: three channels that say the same, noise included. */
import { type FloatArray, floatArray } from '../core/array.js';

/** The channel [1, H, W] of which all three of an image are copies; undefined where they are not. */
export function sharedChannel({ data, shape }: FloatArray): FloatArray | undefined {
  const [channels, height, width] = shape;
  const size = height * width;
  if (channels !== 3) return undefined;
  for (let i = 0; i < size; i++) {
    if (data[i] !== data[i + size] || data[i] !== data[i + 2 * size]) return undefined;
  }
  return floatArray(data.slice(0, size), [1, height, width]);
}

/** Three copies of a grey image. */
export function asColour({ data, shape: [, height, width] }: FloatArray): FloatArray {
  const copies = new Float32Array(3 * data.length);
  for (let c = 0; c < 3; c++) copies.set(data, c * data.length);
  return floatArray(copies, [3, height, width]);
}
