/** What the measurement says about an image, for any operator and noise. */
import type { Problem } from '../problems/problem.js';
import type { FloatArray } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { norm, scale } from '../src/core/vector.js';

/** ∇ₓ log p(y | A(x)) */
export async function likelihoodGradient(
  { operator, noise }: Problem,
  measurement: FloatArray,
  x: FloatArray,
): Promise<FloatArray> {
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
 */
export async function likelihoodCurvature(
  problem: Problem,
  measurement: FloatArray,
  x: FloatArray,
): Promise<number> {
  const here = (await likelihoodGradient(problem, measurement, x)).data;
  const direction = keyedRandom(0, 'curvature', 0)('start').normals(x.shape);
  let curvature = 0;
  for (let k = 0; k < POWER_ITERATIONS; k++) {
    const length = norm(direction.data) / Math.sqrt(x.size);
    if (length === 0) return 0;
    scale(DIFFERENCE / length, direction.data);
    for (let i = 0; i < x.data.length; i++) direction.data[i] += x.data[i];
    const there = (await likelihoodGradient(problem, measurement, direction)).data;
    for (let i = 0; i < there.length; i++) direction.data[i] = here[i] - there[i];
    curvature = norm(direction.data) / (DIFFERENCE * Math.sqrt(x.size));
  }
  return curvature;
}
