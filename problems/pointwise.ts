/** Nonlinear operators that treat every value by itself. */
import { type FloatArray, floatArray, mapArray, type Shape } from '../src/core/array.js';
import type { ForwardOperator } from './operator.js';

/** @param slope the derivative of `f`. */
export function pointwise(
  shape: Shape,
  f: (value: number) => number,
  slope: (value: number) => number,
): ForwardOperator {
  return {
    inputShape: shape,
    outputShape: shape,
    field: 'real',
    apply: (x) => mapArray(x, f),
    linearize(x) {
      const slopes = Float64Array.from(x.data, slope);
      return {
        value: mapArray(x, f),
        pullback: (v: FloatArray) =>
          floatArray(
            v.data.map((value, i) => slopes[i] * value),
            shape,
          ),
        release() {},
      };
    },
  };
}
