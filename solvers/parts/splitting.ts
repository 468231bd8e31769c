/**
 * Plug-and-play splitting: the denoiser in the place of the prior's proximal map, at falling noise levels, in turn with
 * a step to the data (half-quadratic splitting, as DPIR, Zhang et al., TPAMI 2021, arXiv 2008.13751; or ADMM).
 */
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, filled, mapArray, zeros } from '../../src/core/array.js';
import { axpy, difference } from '../../src/core/vector.js';
import { moveToData } from './data-step.js';
import { sceneStart } from './scene-start.js';

interface Splitting {
  readonly operator: LinearOperator;
  readonly measurement: FloatArray;
  readonly noiseVariance: number;
  /** Falling. */
  readonly sigmas: ArrayLike<number>;
  /** Weight λ of the denoised image against the data. */
  readonly lambda: number;
  /** ADMM: a dual variable carries on what data and denoiser disagree about. */
  readonly dual: boolean;
}

/**
 *   x = argmin ‖y − Ax‖² + ρ‖x − v + u‖²,  v = D(x + u, σ),  u ← u + x − v,  ρ = λσ_n²/σ²
 *
 * from grey, or where the picture shows a part of the scene only from parts/scene-start.ts; without `dual` u stays 0.
 * @param denoise D(x, σ) of step k. @returns v of the last level.
 */
export async function splitting(
  { operator, measurement, noiseVariance, sigmas, lambda, dual }: Splitting,
  denoise: (x: FloatArray, sigma: number, k: number) => Promise<FloatArray>,
): Promise<FloatArray> {
  const { inputShape } = operator;
  let v = operator.frame ? await sceneStart(operator, measurement) : filled(inputShape, 0.5);
  const u = zeros(inputShape);
  for (let k = 0; k < sigmas.length; k++) {
    const x = difference(v, u);
    await moveToData(operator, measurement, x, (lambda * noiseVariance) / sigmas[k] ** 2);
    const shifted = mapArray(x, (value, i) => value + u.data[i]);
    v = await denoise(shifted, sigmas[k], k);
    if (dual) {
      axpy(1, x.data, u.data);
      axpy(-1, v.data, u.data);
    }
  }
  return v;
}
