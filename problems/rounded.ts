/**
 * Rounding as noise: where A rounds numbers that are linear in the image to multiples of a step Δ, these are known up
 * to an error that is taken for Gaussian with the variance of a uniform one, Δ²/12 (Widrow & Kollár, "Quantization
 * noise", 2008). So solvers for linear operators restore a JPEG.
 */
import { type FloatArray, mapArray } from '../src/core/array.js';
import { gaussianNoise } from './noises/gaussian.js';
import { withLinearization } from './operator.js';
import { equalVariance, type Problem } from './problem.js';

/** The same task with a linear operator and white noise, where the operator says what it rounds; as it is else. */
export async function roundingAsNoise(
  problem: Problem,
  measurement: FloatArray,
): Promise<{ problem: Problem; measurement: FloatArray }> {
  const { rounding } = problem.operator;
  const variance = equalVariance(problem);
  if (!rounding || variance === undefined) return { problem, measurement };
  const { linear, steps, gains } = rounding;
  const variances = steps.map((step, i) => step ** 2 / 12 + gains[i] * variance);
  // The noise keeps its mean strength.
  const sigma = Math.sqrt(variances.reduce((sum, value) => sum + value, 0) / variances.length);
  const weights = variances.map((value) => sigma / Math.sqrt(value));
  const weighted = (u: FloatArray) => mapArray(u, (value, i) => value * weights[i]);
  return {
    problem: {
      ...problem,
      noise: gaussianNoise(sigma),
      operator: withLinearization({
        inputShape: linear.inputShape,
        outputShape: linear.outputShape,
        apply: async (x) => weighted(await linear.apply(x)),
        adjoint: (u) => linear.adjoint(weighted(u)),
      }),
    },
    measurement: weighted(await rounding.read(measurement)),
  };
}
