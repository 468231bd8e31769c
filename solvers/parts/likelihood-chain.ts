/** An ancestral chain whose every step is followed by a move along the likelihood of the denoised image, as in DPS. */

import { z } from 'zod';
import type { DifferentiablePrior } from '../../models/prior.js';
import { residualOf } from '../../problems/noise.js';
import { type ForwardOperator, isLinear } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { axpy, norm, scale } from '../../src/core/vector.js';
import type { Context } from '../solver.js';
import { ancestralStep, startState } from './ancestral.js';

export const guidanceOption = z
  .enum(['bounded', 'norm', 'likelihood'])
  .default('bounded')
  .describe(
    "norm: a step of ζ along the noise model's residual, as in the paper; likelihood: Bayes' step, without ζ, for " +
      'noise that is nowhere small beside it; bounded: the shorter of the two, value by value, and no longer than 1/‖A‖²',
  );

type Guidance = z.output<typeof guidanceOption>;

/** A step from noise level `sigma` to `next`, of a state of `size` values. */
export type StepAt = [sigma: number, next: number, size: number];

interface ChainOptions {
  readonly guidance: Guidance;
  /** The paper's step along the gradient of the residual's norm, in the units of the state. */
  readonly paperStep: (...at: StepAt) => number;
  /** Of the state before anything is known of it: ½ of images, 0 of codes. */
  readonly mean?: number;
}

/** What a chain is asked; the problem's image is the state, which may be a code. */
interface ChainTask {
  readonly problem: Problem;
  readonly measurement: FloatArray;
  readonly prior: DifferentiablePrior;
}

/** Runs the chain down the levels `sigmas`, of which the last is 0. */
export async function likelihoodChain(
  { problem, measurement, prior }: ChainTask,
  sigmas: ArrayLike<number>,
  { guidance, paperStep, mean }: ChainOptions,
  context: Context,
): Promise<FloatArray> {
  const steps = sigmas.length - 1;
  const { resumed } = context;
  let x = resumed?.state['x'] ?? startState(problem.imageShape, sigmas[0], context.random('init'), mean);
  for (let i = resumed?.step ?? 0; i < steps; i++) {
    await context.step(i, steps, { x });
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    const sizes = { paper: paperStep(sigma, next, x.size), bayes: sigma ** 2 - next ** 2 };
    const denoiser = await prior.linearize(x, sigma, context.signal);
    try {
      const pull = await towardsData(problem, measurement, denoiser.value, guidance, sizes);
      const moving = denoiser.pullback(pull);
      // The noise is drawn while the network is at work.
      x = ancestralStep(x, denoiser.value, sigma, next, context.random('step', i));
      axpy(1, (await moving).data, x.data);
    } finally {
      denoiser.release();
    }
  }
  return x;
}

/** How x0 is to move for A(x0) to come nearer to y. */
async function towardsData(
  problem: Problem,
  y: FloatArray,
  x0: FloatArray,
  guidance: Guidance,
  sizes: StepSizes,
): Promise<FloatArray> {
  const forward = await problem.operator.linearize(x0);
  try {
    return await forward.pullback(pullOf(problem, forward.value, y, guidance, sizes));
  } finally {
    forward.release();
  }
}

/** Of the paper's step, and of Bayes' along the gradient of the log-likelihood. */
interface StepSizes {
  readonly paper: number;
  readonly bayes: number;
}

/** How `clean` is to move for y to be nearer. */
function pullOf(
  { operator, noise }: Problem,
  clean: FloatArray,
  y: FloatArray,
  guidance: Guidance,
  sizes: StepSizes,
): FloatArray {
  if (guidance === 'likelihood') {
    const pull = noise.gradient(clean, y);
    scale(sizes.bayes, pull.data);
    return pull;
  }
  const pull = residualOf(noise, clean, y);
  const paper = sizes.paper / (norm(pull.data) || 1);
  if (guidance === 'norm') {
    scale(paper, pull.data);
    return pull;
  }
  const size = Math.min(paper, newtonStep(operator));
  const variance = noise.residual ? undefined : noise.variance?.(clean);
  // Of white Gaussian noise the gradient is a multiple of the residual, and one factor serves all values.
  if (typeof variance === 'number') scale(Math.min(size, sizes.bayes / variance), pull.data);
  else shorten(pull.data, size, noise.gradient(clean, y).data, sizes.bayes);
  return pull;
}

/** The longest step along Aᵀr that cannot overshoot, where that is known. */
function newtonStep(operator: ForwardOperator): number {
  return isLinear(operator) && operator.norm ? operator.norm ** -2 : Number.POSITIVE_INFINITY;
}

/** Puts `size` times each value in its place, or `otherSize` times the other one where that is nearer to zero. */
function shorten(values: Float32Array, size: number, others: Float32Array, otherSize: number): void {
  for (let i = 0; i < values.length; i++) {
    const one = size * values[i];
    const other = otherSize * others[i];
    values[i] = Math.abs(other) < Math.abs(one) ? other : one;
  }
}
