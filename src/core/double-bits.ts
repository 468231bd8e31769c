/** Numbers that float32 would round, kept in arrays of float32 by their bits. */
import { type FloatArray, floatArray } from './array.js';

/**
 * The bits of float64 values, two float32 for each: to be kept and read again, not to be computed with. Of a
 * Float64Array it is a view.
 */
export function bitsOf(values: ArrayLike<number>): FloatArray {
  const { buffer, byteOffset, length } = values instanceof Float64Array ? values : Float64Array.from(values);
  return floatArray(new Float32Array(buffer, byteOffset, 2 * length), [2 * length]);
}

/** The values whose bits these are, in memory of their own. */
export function valuesOf({ data }: FloatArray): Float64Array {
  // Of one type, a slice copies bytes: as numbers, some bits would change.
  return new Float64Array(data.slice().buffer);
}
