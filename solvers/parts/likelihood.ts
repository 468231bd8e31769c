/** What the measurement says about an image, for any operator and noise. */

import type { Problem } from '../../problems/problem.js';
import { requireArrays, requireBound } from '../../src/core/arguments.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { norm } from '../../src/core/vector.js';

/**
 * ∇ₓ log p(y | A(x))
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 * import { filled, likelihoodGradient } from 'retrodict/solver';
 *
 * const noisy = bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 8, 8] });
 * const [y, x] = [filled([1, 8, 8], 0.6), filled([1, 8, 8], 0.5)];
 * console.log(await likelihoodGradient(noisy, y, x)); // (y − x)/σ² = 10 everywhere
 * ```
 */
export async function likelihoodGradient(
  problem: Problem,
  measurement: FloatArray,
  x: FloatArray,
): Promise<FloatArray> {
  requireBound(problem);
  requireArrays({ measurement, x });
  const { operator, noise } = problem;
  const forward = await operator.linearize(x);
  try {
    return await forward.pullback(noise.gradient(forward.value, measurement));
  } finally {
    forward.release();
  }
}

/** Power iterations, and the length in a pixel of the differences they take, in [0, 1] units. */
const POWER_ITERATIONS = 6;
const DIFFERENCE = 0.01;

/**
 * The largest curvature of −log p(y | A(x)) around x, which limits the step of whatever follows its gradient: by power
 * iterations on differences of gradients, from a fixed start.
 * @param scales the unit of each pixel; [0, 1] units where absent.
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 * import { filled, likelihoodCurvature } from 'retrodict/solver';
 *
 * const grey = filled([1, 8, 8], 0.5);
 * const noisy = bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 8, 8] });
 * console.log(await likelihoodCurvature(noisy, grey, grey)); // 1/σ² = 100
 * ```
 */
export async function likelihoodCurvature(
  problem: Problem,
  measurement: FloatArray,
  x: FloatArray,
  scales?: Float32Array,
): Promise<number> {
  const here = (await likelihoodGradient(problem, measurement, x)).data;
  const direction = keyedRandom(0, 'curvature', 0)('start').normals(x.shape).data;
  let curvature = 0;
  for (let k = 0; k < POWER_ITERATIONS; k++) {
    const move = mapArray(x, (_, i) => direction[i] * (scales?.[i] ?? 1));
    const stretch = (DIFFERENCE * Math.sqrt(x.size)) / norm(move.data);
    if (!Number.isFinite(stretch)) return 0;
    const length = stretch * norm(direction);
    for (let i = 0; i < move.data.length; i++) move.data[i] = x.data[i] + stretch * move.data[i];
    const there = (await likelihoodGradient(problem, measurement, move)).data;
    for (let i = 0; i < there.length; i++) direction[i] = (here[i] - there[i]) * (scales?.[i] ?? 1);
    curvature = norm(direction) / length;
  }
  return curvature;
}

/**
 * The size of the curvature of −log p(y | A(x)) around x pixel by pixel: the diagonal of its Hessian where that is
 * diagonal, else an estimate of it (Bekas, Kokiopoulou, Saad 2007), by differences to both sides along fixed random
 * signs.
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 * import { curvatureByPixel, filled } from 'retrodict/solver';
 *
 * const grey = filled([1, 8, 8], 0.5);
 * const noisy = bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 8, 8] });
 * console.log(await curvatureByPixel(noisy, grey, grey)); // 1/σ² = 100 everywhere
 * ```
 */
export async function curvatureByPixel(
  problem: Problem,
  measurement: FloatArray,
  x: FloatArray,
): Promise<Float32Array> {
  requireArrays({ measurement, x });
  const random = keyedRandom(0, 'curvature', 0)('signs');
  const signs = mapArray(x, () => (random.uniform() < 0.5 ? -1 : 1)).data;
  const gradientAt = (difference: number) =>
    likelihoodGradient(
      problem,
      measurement,
      mapArray(x, (value, i) => value + difference * signs[i]),
    );
  const [here, above, below] = [
    await gradientAt(0),
    await gradientAt(DIFFERENCE),
    await gradientAt(-DIFFERENCE),
  ];
  return here.data.map((slope, i) => {
    const sizes = Math.abs(slope - above.data[i]) + Math.abs(slope - below.data[i]);
    return sizes / (2 * DIFFERENCE);
  });
}
