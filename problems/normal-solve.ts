/** (AᵀA + ρI)⁻¹ for any linear operator: its own where it declares one, conjugate gradients else. */
import { requireArrays, requireMethods, requireNumbers } from '../src/core/arguments.js';
import { type FloatArray, mapArray } from '../src/core/array.js';
import { type ConjugateGradientOptions, conjugateGradients } from '../src/core/conjugate-gradients.js';
import type { LinearOperator } from './operator.js';
import { eachStrip } from './parts/strips.js';

/**
 * Solves (AᵀA + ρI) x = b. Conjugate gradients stop at a relative residual of 1e-6 unless told otherwise.
 *
 * The minimiser of ‖Ax − y‖² + ρ‖x − z‖² is best asked for as z + normalSolve(A, Aᵀ(y − Az), ρ): in the form
 * normalSolve(A, Aᵀy + ρz, ρ) the float32 rounding of the right-hand side grows by 1/ρ where A sees little.
 *
 * @param b shape of the operator's input.
 * @throws RangeError unless ρ > 0.
 * @example
 * ```ts
 * import { operators } from 'retrodict';
 * import { filled, isLinear, normalSolve } from 'retrodict/solver';
 *
 * const blur = operators['gaussian-blur'].create([1, 16, 16], { sigma: 2, border: 'reflect' }, {});
 * if (isLinear(blur)) {
 *   const y = filled([1, 16, 16], 0.5);
 *   console.log(await normalSolve(blur, await blur.adjoint(y), 1e-4));
 * }
 * ```
 */
export async function normalSolve(
  operator: LinearOperator,
  b: FloatArray,
  rho: number,
  options?: ConjugateGradientOptions,
): Promise<FloatArray> {
  requireMethods(operator, 'the operator', ['apply', 'adjoint'], 'a linear one, with apply and adjoint');
  requireArrays({ b });
  requireNumbers({ rho });
  if (!(rho > 0)) throw new RangeError(`the normal equations need ρ > 0, not ${rho}`);
  if (operator.normalSolve) return operator.normalSolve(b, rho);
  if (operator.strips) {
    return eachStrip(operator.strips, b, (part, strip) => normalSolve(strip, part, rho, options));
  }
  const regularised = async (x: FloatArray) => {
    const seen = await operator.adjoint(await operator.apply(x));
    return mapArray(x, (value, i) => seen.data[i] + rho * value);
  };
  return conjugateGradients(regularised, b, options);
}
