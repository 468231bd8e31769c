/**
 * Plug-and-play splitting: the denoiser in the place of the prior's proximal map, at falling noise levels, in turn with
 * a step to the data (half-quadratic splitting, as DPIR, Zhang et al., TPAMI 2021, arXiv 2008.13751; or ADMM).
 */
import type { DiffusionPrior } from '../../models/prior.js';
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, filled, mapArray, zeros } from '../../src/core/array.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import { axpy, difference } from '../../src/core/vector.js';
import type { Context } from '../solver.js';
import { moveToData } from './data-step.js';
import { equivariantDenoise } from './equivariant.js';
import { noiseRange } from './noise-levels.js';
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

/** DPIR's λ. */
const LAMBDA = 0.23;

/**
 * An image near the posterior mean, as `pnp-admm` makes it: by ADMM from σ = 0.5 where there are holes, else by
 * half-quadratic splitting from 0.3, to the noise; each step in a random orientation.
 * @param steps network evaluations.
 */
export async function splittingEstimate(
  { operator, measurement, noiseVariance }: Omit<Splitting, 'sigmas' | 'lambda' | 'dual'>,
  prior: DiffusionPrior,
  steps: number,
  context: Context,
): Promise<FloatArray> {
  const [sigmaMax, dual] = operator.observed ? [0.5, true] : [0.3, false];
  const { lowest, highest } = noiseRange(prior, sigmaMax);
  const last = Math.max(lowest, Math.min(Math.sqrt(noiseVariance), 0.999 * highest));
  const sigmas = geometricSigmas(steps, last, highest).subarray(0, steps);
  const split = { operator, measurement, noiseVariance, sigmas, lambda: LAMBDA, dual };
  return splitting(split, async (x, sigma, k) => {
    await context.step(k, steps);
    return equivariantDenoise(prior, x, sigma, context.random('estimate', k), context.signal);
  });
}
