/** A multiple of an operator: x ↦ c·A(x). */
import { requireOperator } from '../../src/core/arguments.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { type ForwardOperator, isLinear, type LinearOperator, withLinearization } from '../operator.js';

/**
 * Keeps all that A has: norm, normal solve, singular values, linear part and surrogate.
 * @param factor c, any number but 0.
 * @throws UsageError when it is 0 or not finite.
 * @example
 * ```ts
 * import { operators, scaled } from 'retrodict';
 *
 * const half = scaled(operators.denoise.create([3, 8, 8], {}, {}), 0.5);
 * console.log(half.outputShape);
 * ```
 */
export function scaled(operator: ForwardOperator, factor: number): ForwardOperator {
  requireOperator(operator);
  if (factor === 0 || !Number.isFinite(factor)) {
    throw new UsageError(`an operator is scaled by a finite number other than 0, not by ${factor}`);
  }
  if (isLinear(operator)) return scaledLinear(operator, factor);
  const { linearPart, surrogate } = operator;
  return {
    ...operator,
    linearPart: linearPart && scaledLinear(linearPart, factor),
    surrogate: surrogate && scaled(surrogate, factor),
    apply: async (x) => times(factor, await operator.apply(x)),
    async linearize(x) {
      const { value, pullback, release } = await operator.linearize(x);
      return { value: times(factor, value), pullback: (v) => pullback(times(factor, v)), release };
    },
  };
}

function scaledLinear(operator: LinearOperator, factor: number): LinearOperator {
  const { inputShape, outputShape, field, observed, pixelwise } = operator;
  const { norm, rowScale, normalSolve, svd } = operator;
  const square = factor * factor;
  return withLinearization({
    inputShape,
    outputShape,
    field,
    observed,
    pixelwise,
    norm: norm && Math.abs(factor) * norm,
    rowScale: rowScale && square * rowScale,
    apply: async (x) => times(factor, await operator.apply(x)),
    adjoint: (y) => operator.adjoint(times(factor, y)),
    // (c²AᵀA + ρ) x = b is (AᵀA + ρ/c²) x = b/c².
    normalSolve: normalSolve && ((b, rho) => normalSolve(times(1 / square, b), rho / square)),
    svd: svd && {
      ...svd,
      values: svd.values.map((value) => Math.abs(factor) * value),
      measurementToSpectrum: (y) => svd.measurementToSpectrum(times(Math.sign(factor), y)),
    },
  });
}

function times(factor: number, x: FloatArray): FloatArray {
  return mapArray(x, (value) => factor * value);
}
