/** Moves what an image is made from until the image agrees with the measurement as well as noise allows. */

import { devianceOf } from '../../problems/noise.js';
import { countObserved } from '../../problems/observed.js';
import { Adam } from '../../src/core/adam.js';
import { requireArrays, requireBound, requireFunctions, requireNumbers } from '../../src/core/arguments.js';
import type { FloatArray } from '../../src/core/array.js';
import { type Awaitable, andThen, type Linearization } from '../../src/core/linearization.js';
import { scale } from '../../src/core/vector.js';
import type { Task } from '../solver.js';

interface FitOptions {
  /** About how far a value moves in one of Adam's steps. */
  readonly rate: number;
  /** Whether all values are moved in one scale, those on which the image hardly depends hardly. */
  readonly shared?: boolean;
  /** Most steps. */
  readonly iterations: number;
  /** The deviance a measured value that is good enough: 1 is what noise leaves. */
  readonly enough: number;
}

/**
 * Moves `variable` in place along ∇ log p(y | A(image)). @param imageOf the image it stands for. @param turn the
 * solver's current `context.step`, for other work and the signal.
 * @returns that image: the first that agrees, or the last.
 * @example
 * ```ts
 * import { type Context, filled, fitMeasurement, type Task } from 'retrodict/solver';
 *
 * // The image that explains the measurement: the variable is the image itself.
 * export function fitted(task: Task, { step }: Context) {
 *   const start = filled(task.problem.imageShape, 0.5);
 *   const itself = (x: typeof start) => ({ value: x, pullback: (v: typeof start) => v, release() {} });
 *   return fitMeasurement(task, start, itself, { rate: 0.01, iterations: 100, enough: 1 }, () => step(0, 1));
 * }
 * ```
 */
export async function fitMeasurement(
  task: Task,
  variable: FloatArray,
  imageOf: (variable: FloatArray) => Awaitable<Linearization>,
  options: FitOptions,
  turn: () => Promise<void>,
): Promise<FloatArray> {
  const { problem, measurement } = Object(task) as Task;
  requireBound(problem);
  requireArrays({ measurement, variable });
  requireFunctions({ imageOf, turn });
  const { rate, shared, iterations, enough } = Object(options) as FitOptions;
  requireNumbers({ rate, iterations, enough });
  const { operator, noise } = problem;
  const most = enough * countObserved(operator);
  const adam = new Adam(variable.size, rate, 0.9, 0.999, shared);
  for (let k = 0; ; k++) {
    await turn();
    const image = await imageOf(variable);
    const clean = await andThen(image, (value) => operator.linearize(value));
    try {
      if (k === iterations || devianceOf(noise, clean.value, measurement) <= most) return image.value;
      const gradient = await clean.pullback(noise.gradient(clean.value, measurement));
      scale(-1, gradient.data);
      adam.step(gradient.data, variable.data);
    } finally {
      clean.release();
    }
  }
}
