/**
 * Plug-and-play splitting: the denoiser in the place of the prior's proximal map, at falling noise levels, in turn with
 * a step to the data (half-quadratic splitting, as DPIR, Zhang et al., TPAMI 2021, arXiv 2008.13751; or ADMM).
 *
 * A network that is told of noise and sees none may run away (to 2.5 of [0, 1] on an even surface; traces stayed).
 * A share of the noise that it is told of is therefore added, as SNORE does (Renaud et al. 2024, arXiv 2402.01779).
 */
import { z } from 'zod';
import type { DiffusionPrior } from '../../models/prior.js';
import type { LinearOperator } from '../../problems/operator.js';
import { equalVariance, type Problem } from '../../problems/problem.js';
import { type FloatArray, filled, floatArray, mapArray, zeros } from '../../src/core/array.js';
import type { State } from '../../src/core/checkpoints.js';
import type { Random } from '../../src/core/random.js';
import { geometricSigmas } from '../../src/core/schedule.js';
import { axpy, difference } from '../../src/core/vector.js';
import type { Context } from '../solver.js';
import { moveToData } from './data-step.js';
import { equivariantDenoise } from './equivariant.js';
import { noiseRange } from './noise-levels.js';
import { sceneStart } from './scene-start.js';
import { denoiseUneven } from './uneven-denoising.js';

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
  /** Says that step k begins, with what it goes on from. */
  readonly begin?: (k: number, state: State) => Promise<void>;
  readonly resumed?: Context['resumed'];
  /** Share of the level's noise that is added before denoising, drawn from `random` of the step. */
  readonly fresh: number;
  readonly random: (k: number) => Random;
}

/**
 *   x = argmin ‖y − Ax‖² + ρ‖x − v + u‖²,  v = D(x + u + fσn, σ),  u ← u + x − v,  ρ = λσ_n²/σ²
 *
 * from grey, or where the picture shows a part of the scene only from parts/scene-start.ts; without `dual` u stays 0.
 * @param denoise D(x, σ) of step k. @returns v of the last level.
 */
export async function splitting(
  split: Splitting,
  denoise: (x: FloatArray, sigma: number, k: number) => Promise<FloatArray>,
): Promise<FloatArray> {
  const { operator, measurement, noiseVariance, sigmas, lambda, dual, fresh, random, resumed } = split;
  const { inputShape } = operator;
  const scene = async () => (operator.frame ? sceneStart(operator, measurement) : filled(inputShape, 0.5));
  let v = resumed?.state['v'] ?? (await scene());
  const u = dual ? (resumed?.state['u'] ?? zeros(inputShape)) : undefined;
  for (let k = resumed?.step ?? 0; k < sigmas.length; k++) {
    await split.begin?.(k, { v, ...(u && { u }) });
    const x = u ? difference(v, u) : floatArray(v.data.slice(), v.shape);
    await moveToData(operator, measurement, x, (lambda * noiseVariance) / sigmas[k] ** 2);
    const shifted = u ? mapArray(x, (value, i) => value + u.data[i]) : x;
    if (fresh > 0) axpy(fresh * sigmas[k], random(k).normals(inputShape).data, shifted.data);
    v = await denoise(shifted, sigmas[k], k);
    if (u) {
      axpy(1, x.data, u.data);
      axpy(-1, v.data, u.data);
    }
  }
  return v;
}

/** Options of solvers whose estimate is made so. */
export const estimateOptions = {
  estimateSteps: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe(
      'network evaluations for the estimate, by splitting, where two samples or more are drawn and the noise is white; 0: it is the mean of the samples',
    ),
  estimateNoise: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of each level's noise that is added before the estimate is denoised"),
};

/** DPIR's λ. */
const LAMBDA = 0.23;

/**
 * An image near the posterior mean, as `pnp-admm` makes it: by ADMM from σ = 0.5 where there are holes, else by
 * half-quadratic splitting from 0.3, to the noise; each step in a random orientation.
 * @param steps network evaluations. @param fresh share of each level's noise that is added.
 */
export async function splittingEstimate(
  { operator, measurement, noiseVariance }: Pick<Splitting, 'operator' | 'measurement' | 'noiseVariance'>,
  prior: DiffusionPrior,
  { steps, fresh }: { readonly steps: number; readonly fresh: number },
  context: Context,
): Promise<FloatArray> {
  const [sigmaMax, dual] = operator.observed ? [0.5, true] : [0.3, false];
  const { lowest, highest } = noiseRange(prior, sigmaMax);
  const last = Math.max(lowest, Math.min(Math.sqrt(noiseVariance), 0.999 * highest));
  const sigmas = geometricSigmas(steps, last, highest).subarray(0, steps);
  const random = (k: number) => context.random('estimate noise', k);
  const begin = (k: number, state: State) => context.step(k, steps, state);
  const { resumed } = context;
  const how = { sigmas, lambda: LAMBDA, dual, fresh, random, begin, resumed };
  return splitting({ operator, measurement, noiseVariance, ...how }, (x, sigma, k) =>
    equivariantDenoise(prior, x, sigma, context.random('estimate', k), context.signal),
  );
}

/**
 * `estimate` of solvers of linear problems with white noise: by splitting, or where values are measured one by one by
 * denoising them. @returns nothing where the options ask for the mean.
 */
export async function estimateBySplitting(
  { measurement, problem, prior, noiseVariance = equalVariance(problem) }: EstimateTask,
  { estimateSteps, estimateNoise }: z.infer<z.ZodObject<typeof estimateOptions>>,
  context: Context,
): Promise<FloatArray | undefined> {
  if (estimateSteps === 0 || noiseVariance === undefined) return undefined;
  const { operator } = problem;
  if (operator.pixelwise && operator.undo && !operator.undo.grey) {
    const weights = await operator.apply(filled(operator.inputShape, 1));
    const strength = mapArray(weights, (weight) => Math.sqrt(noiseVariance) / Math.abs(weight));
    return denoiseUneven(prior, operator.undo.invert(measurement), strength, estimateSteps, context);
  }
  const fit = { steps: estimateSteps, fresh: estimateNoise };
  return splittingEstimate({ operator, measurement, noiseVariance }, prior, fit, context);
}

interface EstimateTask {
  readonly measurement: FloatArray;
  readonly problem: Problem & { readonly operator: LinearOperator };
  readonly prior: DiffusionPrior;
  readonly noiseVariance?: number;
}
