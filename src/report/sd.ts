/** A picture of how sure each pixel is. */
import { contiguous, type FloatArray, floatArray } from '../core/array.js';

interface SdPicture {
  /** [1, H, W]: the standard deviation of each pixel, root mean square over the channels, divided by `white`. */
  readonly image: FloatArray;
  /** The standard deviation that is shown white, in [0, 1] image units. */
  readonly white: number;
}

/**
 * A grey picture of a standard deviation.
 * @param deviation standard deviations [C, H, W].
 * @param white what is to be shown white; the largest value there is unless given, so that pictures of different
 *   images compare only through it.
 * @example
 * ```ts
 * import { sdPicture, writePicture, zeros } from 'retrodict';
 *
 * const { image } = sdPicture(zeros([3, 16, 16]), 0.1);
 * await writePicture('sd.png', image);
 * ```
 */
export function sdPicture(deviation: FloatArray, white?: number): SdPicture {
  const sd = contiguous(deviation);
  const [channels, height, width] = sd.shape;
  const size = height * width;
  const plane = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let squares = 0;
    for (let c = 0; c < channels; c++) squares += sd.data[c * size + i] ** 2;
    plane[i] = Math.sqrt(squares / channels);
  }
  const scale = white ?? plane.reduce((largest, value) => Math.max(largest, value), 0);
  if (scale > 0) for (let i = 0; i < size; i++) plane[i] /= scale;
  return { image: floatArray(plane, [1, height, width]), white: scale };
}
