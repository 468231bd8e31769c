/** A picture for timing: what is timed does not depend on it. */
import { type FloatArray, floatArray, type Shape, sizeOf } from '../core/array.js';

/** Smooth, with some texture. */
export function testCard(shape: Shape): FloatArray {
  const width = shape[shape.length - 1];
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    data[i] =
      0.5 + 0.3 * Math.sin(0.05 * row) * Math.cos(0.07 * column) + 0.1 * Math.sin(1.3 * row + 0.9 * column);
  }
  return floatArray(data, shape);
}
