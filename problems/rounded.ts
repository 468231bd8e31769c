/**
 * Rounding as noise: where A rounds numbers that are linear in the image to multiples of a step Δ, these are known up
 * to an error that is taken for Gaussian with the variance of a uniform one, Δ²/12 (Widrow & Kollár, "Quantization
 * noise", 2008). So solvers for linear operators restore a JPEG.
 */
import { type FloatArray, mapArray } from '../src/core/array.js';
import { compose } from './algebra/compose.js';
import { gaussianNoise } from './noises/gaussian.js';
import { normalSolve } from './normal-solve.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { imageShape } from './parts/planes.js';
import { inStrips } from './parts/strips.js';
import { equalVariance, type Problem } from './problem.js';

/** The same task with a linear operator and white noise, where the operator says what it rounds; as it is else. */
export async function roundingAsNoise(
  problem: Problem,
  measurement: FloatArray,
): Promise<{ problem: Problem; measurement: FloatArray }> {
  const { rounding } = problem.operator;
  const variance = equalVariance(problem);
  if (!rounding || variance === undefined) return { problem, measurement };
  const variances = rounding.variances(variance);
  // The noise keeps its mean strength.
  const sigma = Math.sqrt(variances.reduce((sum, value) => sum + value, 0) / variances.length);
  const weights = variances.map((value) => sigma / Math.sqrt(value));
  const linear = weighted(rounding.linear, weights);
  const operator = rounding.before ? afterwards(rounding.before, linear) : linear;
  return {
    problem: { ...problem, noise: gaussianNoise(sigma), operator },
    measurement: times(await rounding.read(measurement), weights),
  };
}

/** Steps along a diffusion ask for no more. */
const SOLVED = { tolerance: 1e-4, iterations: 50 };

/** Where the first keeps what its rows see, the whole is solved for as the second is. */
function afterwards(first: LinearOperator, second: LinearOperator): LinearOperator {
  const normal: LinearOperator['normalSolve'] = (b, rho) => normalSolve(second, b, rho, SOLVED);
  return compose([first, second.strips ? { ...second, normalSolve: normal } : second]) as LinearOperator;
}

/** diag(weights)·L, strip by strip where L is so. */
function weighted(linear: LinearOperator, weights: Float32Array): LinearOperator {
  const { inputShape, outputShape, strips, weightedSolve } = linear;
  if (!strips) {
    return withLinearization({
      inputShape,
      outputShape,
      apply: async (x) => times(await linear.apply(x), weights),
      adjoint: (u) => linear.adjoint(times(u, weights)),
      normalSolve: weightedSolve?.(weights),
    });
  }
  const parts = strips.map(({ operator, top, start }) => {
    const own = weights.subarray(start, start + operator.outputShape[0]);
    return { operator: weighted(operator, own), top, start };
  });
  return inStrips(imageShape(inputShape, 'rounding'), parts);
}

function times(u: FloatArray, weights: Float32Array): FloatArray {
  return mapArray(u, (value, i) => value * weights[i]);
}
