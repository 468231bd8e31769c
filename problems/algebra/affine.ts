/** Affine operators: a linear one and a constant, as haze, which adds its own light. */
import { requireArrays, requireOperator } from '../../src/core/arguments.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { axpy } from '../../src/core/vector.js';
import type { ForwardOperator, LinearOperator } from '../operator.js';
import { equalVariance, type Problem } from '../problem.js';

/**
 * x ↦ Lx + offset. @param offset of L's output shape.
 * @example
 * ```ts
 * import { affine, diagonal, filled } from 'retrodict/problem';
 *
 * const veil = affine(diagonal([1, 2, 2], Float32Array.of(0.5, 0.5, 0.5, 0.5)), filled([1, 2, 2], 0.25));
 * console.log((await veil.apply(filled([1, 2, 2], 1))).data); // 0.75
 * ```
 */
export function affine(linearPart: LinearOperator, offset: FloatArray): ForwardOperator {
  requireOperator(linearPart);
  requireArrays({ offset });
  const { inputShape, outputShape, field, observed, pixelwise, undo } = linearPart;
  const apply = async (x: FloatArray) => {
    const y = floatArray(offset.data.slice(), outputShape);
    axpy(1, (await linearPart.apply(x)).data, y.data);
    return y;
  };
  return {
    inputShape,
    outputShape,
    field,
    observed,
    pixelwise,
    undo: undo && {
      ...undo,
      invert: (y) => undo.invert(mapArray(y, (value, i) => value - offset.data[i])),
    },
    linearPart,
    apply,
    linearize: async (x) => ({
      value: await apply(x),
      pullback: (v) => linearPart.adjoint(v),
      release() {},
    }),
  };
}

/**
 * The same task with a linear operator, L and y − A(0), where A is affine and the noise is Gaussian of equal
 * variance, to which a constant makes no difference; as it is else.
 */
export async function withoutOffset(
  problem: Problem,
  measurement: FloatArray,
): Promise<{ problem: Problem; measurement: FloatArray }> {
  const { operator } = problem;
  if (!operator.linearPart || equalVariance(problem) === undefined) return { problem, measurement };
  const offset = await operator.apply(zeros(operator.inputShape));
  return {
    problem: { ...problem, operator: operator.linearPart },
    measurement: mapArray(measurement, (value, i) => value - offset.data[i]),
  };
}
