/** Steps to the measurement of linear operators, exact to what a step along a diffusion leaves open. */
import { normalSolve } from '../../problems/normal-solve.js';
import type { LinearOperator } from '../../problems/operator.js';
import type { FloatArray } from '../../src/core/array.js';
import { axpy, difference } from '../../src/core/vector.js';

/** Where the operator has no closed form. */
const ITERATIVE = { tolerance: 1e-4, iterations: 50 };

/** (AᵀA + ρI)⁻¹Aᵀe: the change of an image that explains the residual e, the smaller the larger ρ. */
export async function explaining(
  operator: LinearOperator,
  residual: FloatArray,
  rho: number,
): Promise<FloatArray> {
  return normalSolve(operator, await operator.adjoint(residual), rho, ITERATIVE);
}

/** Proximal step, in place: x ← argmin ‖y − Az‖² + ρ‖z − x‖². */
export async function moveToData(
  operator: LinearOperator,
  y: FloatArray,
  x: FloatArray,
  rho: number,
): Promise<void> {
  const residual = difference(y, await operator.apply(x));
  axpy(1, (await explaining(operator, residual, rho)).data, x.data);
}
