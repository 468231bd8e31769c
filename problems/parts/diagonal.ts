/** Operators that scale every value by itself. */
import { requireVector } from '../../src/core/arguments.js';
import { type FloatArray, mapArray, type Shape, sizeOf, zeros } from '../../src/core/array.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { requireShape, reshaped } from './planes.js';

/**
 * A = diag(weights) on arrays of this shape. Where the weight is 0 the result is 0, whatever is there.
 * @param weights at least 0, one for each value.
 * @example
 * ```ts
 * import { diagonal, filled } from 'retrodict/problem';
 *
 * const weights = diagonal([1, 1, 3], Float32Array.of(0, 0.5, 1));
 * console.log((await weights.apply(filled([1, 1, 3], 1))).data); // 0, 0.5, 1
 * ```
 */
export function diagonal(shape: Shape, weights: Float32Array): LinearOperator {
  requireVector(weights, 'the weights');
  const apply = (x: FloatArray) => {
    requireShape(x, shape);
    const out = zeros(shape);
    const [values, given] = [out.data, x.data];
    for (let i = 0; i < weights.length; i++) values[i] = weights[i] === 0 ? 0 : weights[i] * given[i];
    return out;
  };
  const flat = [sizeOf(shape)];
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    pixelwise: true,
    undo: weights.every((weight) => weight > 0)
      ? { invert: (y) => mapArray(y, (value, i) => value / weights[i]) }
      : undefined,
    apply,
    adjoint: apply,
    normalSolve: (b, rho) => mapArray(b, (value, i) => value / (weights[i] ** 2 + rho)),
    svd: {
      values: weights,
      toSpectrum: (x) => reshaped(x, flat),
      fromSpectrum: (u) => reshaped(u, shape),
      measurementToSpectrum: (y) =>
        reshaped(
          mapArray(y, (value, i) => (weights[i] === 0 ? 0 : value)),
          flat,
        ),
    },
    norm: weights.reduce((largest, weight) => Math.max(largest, weight), 0),
  });
}
