/** Numbers of a file that are no picture's, and what stands for them while an image is restored. */
import { type FloatArray, mapArray } from './array.js';

/** The numbers that are 0 and 1 in image units: black and white of a picture of them. */
export interface Levels {
  readonly black: number;
  /** Another than `black`; below it where the least number is shown as white. */
  readonly white: number;
}

/** To image units. */
export function intoLevels(array: FloatArray, { black, white }: Levels): FloatArray {
  return mapArray(array, (value) => (value - black) / (white - black));
}

/** From image units back to the file's. */
export function outOfLevels(array: FloatArray, { black, white }: Levels): FloatArray {
  return mapArray(array, (value) => black + value * (white - black));
}

/** Of a difference or a standard deviation: where black lies does not matter. */
export function spreadOutOfLevels(array: FloatArray, { black, white }: Levels): FloatArray {
  return mapArray(array, (value) => value * Math.abs(white - black));
}
