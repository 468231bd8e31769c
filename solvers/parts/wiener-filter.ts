/** The Wiener filter with the power spectrum of photographs, for any linear operator: solvers/baseline/wiener.ts. */
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
import { gradient, gradientAdjoint } from './image-differences.js';

interface WienerOptions {
  /** 1 / variance of the difference between neighbouring pixels, [0, 1] units. */
  readonly weight: number;
  /** Most iterations of conjugate gradients. */
  readonly iterations: number;
  /** Relative residual at which they stop. */
  readonly tolerance: number;
}

/** argmin ‖y − Ax‖²/(2σ²) + weight/2 ‖∇x‖². @param variance σ². @param turn awaited before each product with AᵀA. */
export async function wienerFilter(
  operator: LinearOperator,
  measurement: FloatArray,
  variance: number,
  { weight, tolerance, iterations }: WienerOptions,
  turn: () => Promise<void>,
): Promise<FloatArray> {
  // Raised where it is too small for float32 to keep the system definite.
  const penalty = Math.max(weight * variance, 1e-6);
  const multiply = async (x: FloatArray) => {
    await turn();
    const smooth = gradientAdjoint(gradient(x));
    const seen = await operator.adjoint(await operator.apply(x));
    return mapArray(smooth, (value, i) => penalty * value + seen.data[i]);
  };
  return await conjugateGradients(multiply, await operator.adjoint(measurement), { tolerance, iterations });
}
