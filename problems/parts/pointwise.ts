/** Nonlinear operators that treat every value by itself. */
import { requireExtents, requireFunctions } from '../../src/core/arguments.js';
import { type FloatArray, type Shape, zeros } from '../../src/core/array.js';
import type { ForwardOperator } from '../operator.js';
import { requireShape } from './planes.js';

/**
 * An operator that changes every value by itself.
 * @param evaluate writes what each value of x becomes, and the derivative there. It is given whole arrays, for a call
 * for every value would cost more than most such functions do.
 * @example
 * ```ts
 * import { pointwise } from 'retrodict/problem';
 *
 * export const squares = pointwise([3, 16, 16], (x, result, slopes) => {
 *   for (let i = 0; i < x.length; i++) [result[i], slopes[i]] = [x[i] ** 2, 2 * x[i]];
 * });
 * ```
 */
export function pointwise(
  shape: Shape,
  evaluate: (x: Float32Array, result: Float32Array, slopes: Float32Array) => void,
): ForwardOperator {
  requireExtents(shape);
  requireFunctions({ evaluate });
  const evaluated = (x: FloatArray) => {
    requireShape(x, shape);
    const value = zeros(shape);
    const slopes = new Float32Array(value.data.length);
    evaluate(x.data, value.data, slopes);
    return { value, slopes };
  };
  return {
    inputShape: shape,
    outputShape: shape,
    field: 'real',
    pixelwise: true,
    apply: (x) => evaluated(x).value,
    linearize(x) {
      const { value, slopes } = evaluated(x);
      const pullback = (v: FloatArray) => {
        const out = zeros(shape);
        const [values, given] = [out.data, v.data];
        for (let i = 0; i < slopes.length; i++) values[i] = slopes[i] * given[i];
        return out;
      };
      return { value, pullback, release() {} };
    },
  };
}
