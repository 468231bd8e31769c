/** What of a restored image is shown: operators such as a blur take more of the scene than the picture holds. */
import type { FloatArray, Shape } from '../src/core/array.js';
import { crop } from './algebra/crop.js';
import type { ForwardOperator } from './operator.js';

/**
 * x ↦ its part that is the picture's own: x itself where no operator has a frame.
 * @param shape of the images that the first operator takes.
 * @param chain of operators, in the order light meets them.
 */
export function framed(shape: Shape, chain: readonly ForwardOperator[]): (x: FloatArray) => FloatArray {
  if (chain.every(({ frame }) => frame === undefined)) return (x) => x;
  const [channels, rows, columns] = shape;
  let [top, left, height, width] = [0, 0, rows, columns];
  for (const { frame, inputShape } of chain) {
    if (frame === undefined) continue;
    // An operator after one that reduces counts in larger pixels.
    const [down, across] = [rows / inputShape[1], columns / inputShape[2]];
    top += frame.top * down;
    left += frame.left * across;
    height -= (inputShape[1] - frame.height) * down;
    width -= (inputShape[2] - frame.width) * across;
  }
  const [y, x, h, w] = [top, left, height, width].map(Math.round);
  const part = crop([channels, rows, columns], { top: y, left: x, height: h, width: w });
  return (image) => part.apply(image) as FloatArray;
}
