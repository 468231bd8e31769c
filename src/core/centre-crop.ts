/** The middle of an image. */
import { type FloatArray, zeros } from './array.js';
import { UsageError } from './errors.js';

/**
 * @param image [C, H, W]. @param side pixels. @param name in the message.
 * @throws UsageError where the image is smaller.
 */
export function centreCrop(image: FloatArray, side: number, name: string): FloatArray {
  const [channels, height, width] = image.shape;
  if (Math.min(height, width) < side) {
    throw new UsageError(`${name} is ${width}×${height} px, too small for a crop of ${side}×${side}`);
  }
  const out = zeros([channels, side, side]);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  for (let row = 0; row < channels * side; row++) {
    const from = (Math.floor(row / side) * height + top + (row % side)) * width + left;
    out.data.set(image.data.subarray(from, from + side), row * side);
  }
  return out;
}
