/** DAPS's chain: at each noise level a clean image, a draw of what the measurement makes of it, and fresh noise. */

import type { DiffusionPrior } from '../../models/prior.js';
import type { Problem } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { karrasSigmas } from '../../src/core/schedule.js';
import type { Context } from '../solver.js';
import { noised, startState } from './ancestral.js';
import { type DataDrawOptions, drawGivenData } from './data-draw.js';
import { noiseRange } from './noise-levels.js';
import { eulerFlow } from './probability-flow.js';

interface AnnealingOptions extends DataDrawOptions {
  readonly steps: number;
  readonly flowSteps: number;
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  readonly priorVariance?: number;
  /** A share; true is all. */
  readonly countDrawn: number | boolean;
}

/** What a chain is asked; the problem's image is the state, which may be a code. */
interface ChainTask {
  readonly problem: Problem;
  readonly measurement: FloatArray;
  readonly prior: DiffusionPrior;
}

/** @param mean about which the state begins: ½ of images of which nothing is known, 0 of codes. */
export async function decoupledAnnealing(
  { measurement, problem, prior }: ChainTask,
  { steps, flowSteps, sigmaMax, sigmaMin, priorVariance, countDrawn, ...draw }: AnnealingOptions,
  context: Context,
  mean?: number | Float32Array,
): Promise<FloatArray> {
  const { lowest, highest } = noiseRange(prior, sigmaMax);
  const sigmas = karrasSigmas(steps, Math.min(Math.max(sigmaMin, lowest), highest / 2), highest);
  const { resumed } = context;
  let x = resumed?.state['x'] ?? startState(problem.imageShape, sigmas[0], context.random('init'), mean);
  for (let i = resumed?.step ?? 0; i < steps; i++) {
    await context.step(i, steps, { x });
    const clean = await eulerFlow(prior, x, sigmas[i], lowest, flowSteps, context.signal);
    const random = context.random('step', i);
    const spread = uncertainty(sigmas[i], priorVariance);
    const drawn = await drawGivenData(problem, measurement, clean, spread, draw, random);
    const fresh = Math.sqrt(Math.max(sigmas[i + 1] ** 2 - Number(countDrawn) * spread ** 2, 0));
    x = noised(drawn, fresh, random);
  }
  return x;
}

/** r, how far x̂0 is from the image: σ as published, less under a prior N(m, vI). */
function uncertainty(sigma: number, variance: number | undefined): number {
  return variance === undefined ? sigma : sigma * Math.sqrt(variance / (variance + sigma ** 2));
}
