/** How well an image explains a measurement. */
import type { FloatArray } from '../src/core/array.js';
import { devianceOf } from './noise.js';
import { countObserved } from './observed.js';
import type { Problem } from './problem.js';
import { roundingAsNoise } from './rounded.js';

/**
 * The deviance of A(x) for each observed value, about 1 where x is true. Where A rounds, of what is rounded: a number
 * beside the border of its cell comes out a whole step away, though it is as likely as any other.
 */
export async function misfitTo(problem: Problem, x: FloatArray, y: FloatArray): Promise<number> {
  const [misfit] = await misfitsTo(problem, [x], y);
  return misfit;
}

/** The same of several images. */
export async function misfitsTo(
  problem: Problem,
  images: readonly FloatArray[],
  y: FloatArray,
): Promise<number[]> {
  const { problem: smooth, measurement } = await roundingAsNoise(problem, y);
  const { operator, noise } = smooth;
  const misfits: number[] = [];
  for (const x of images) {
    misfits.push(devianceOf(noise, await operator.apply(x), measurement) / countObserved(operator));
  }
  return misfits;
}
