/** Draws of an image that is known up to noise of its own size in every pixel, given a measurement. */
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
import type { Random } from '../../src/core/random.js';
import { axpy } from '../../src/core/vector.js';

const ACCURACY = { tolerance: 1e-4, iterations: 100 };

/**
 * A draw from p(x | y) ∝ N(y; Ax, σ²I) N(x; m, diag s²), by perturbing and solving (Papandreou and Yuille, NeurIPS
 * 2010): the minimiser of ‖y + σn − Ax‖²/σ² + Σ (x_i − m_i − s_i n'_i)²/s_i² is one.
 * @param variance σ². @param mean m. @param spread s, above 0. @param diagonal about that of AᵀA: it makes the solve
 * fast.
 */
export async function drawGivenSpread(
  operator: LinearOperator,
  measurement: FloatArray,
  variance: number,
  {
    mean,
    spread,
    diagonal,
  }: { readonly mean: FloatArray; readonly spread: FloatArray; readonly diagonal: Float32Array },
  random: Random,
): Promise<FloatArray> {
  const drawn = mapArray(mean, (value, i) => value + spread.data[i] * random.normal());
  const sigma = Math.sqrt(variance);
  const seen = await operator.apply(drawn);
  const residual = mapArray(seen, (value, i) => measurement.data[i] + sigma * random.normal() - value);
  const ridge = spread.data.map((s) => variance / s ** 2);
  const multiply = async (v: FloatArray) => {
    const product = await operator.adjoint(await operator.apply(v));
    return mapArray(product, (value, i) => value + ridge[i] * v.data[i]);
  };
  const precondition = (v: FloatArray) => mapArray(v, (value, i) => value / (diagonal[i] + ridge[i]));
  const move = await conjugateGradients(multiply, await operator.adjoint(residual), {
    ...ACCURACY,
    precondition,
  });
  axpy(1, move.data, drawn.data);
  return drawn;
}
