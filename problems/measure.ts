/** y = A(x) + noise, the measurement that a simulation makes of a known image. */

import { contiguous, type FloatArray, formatShape, sameShape } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { hashArray, keyedRandom } from '../src/core/random.js';
import type { Problem } from './problem.js';

/**
 * Draws a measurement of `image`; values outside [0, 1] are kept, since clipping would make the likelihood false.
 * The noise depends on the seed and the image alone.
 * @param image [C, H, W] in [0, 1], of the problem's image shape.
 * @throws UsageError when the image has another shape.
 * @example
 * ```ts
 * import { bind, measure, problem, zeros } from 'retrodict';
 *
 * const task = bind(problem('inpaint:fraction=0.5', 'gaussian:sigma=0.02'), { imageShape: [3, 16, 16] });
 * console.log((await measure(task, zeros([3, 16, 16]), 7)).shape);
 * ```
 */
export async function measure(problem: Problem, image: FloatArray, seed = 0): Promise<FloatArray> {
  const truth = contiguous(image);
  if (!Object.hasOwn(Object(problem), 'operator')) {
    const how = 'bind(problem, { imageShape }) makes one';
    throw new UsageError(`the problem is not bound to a size, expected one with an operator: ${how}`);
  }
  if (!sameShape(truth.shape, problem.imageShape)) {
    throw new UsageError(
      `the image has shape ${formatShape(truth.shape)}, but the problem is bound to ${formatShape(problem.imageShape)}`,
    );
  }
  const clean = await problem.operator.apply(truth);
  return problem.noise.sample(clean, keyedRandom(seed, await hashArray(truth), 0)('measurement'));
}
