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
      const move = denoiser.pullback(
        await towardsData(problem, measurement, denoiser.value, guidance, sizes),
      );
      // The step is drawn while the network works.
      x = ancestralStep(x, denoiser.value, sigma, next, context.random('step', i));
      axpy(1, (await move).data, x.data);
    } finally {
      denoiser.release();
    }
  }
  return x;
}

/** How x0 is to move for A(x0) to come nearer to y. */
async function towardsData(
  { operator, noise }: Problem,
  y: FloatArray,
  x0: FloatArray,
  guidance: Guidance,
  sizes: { paper: number; bayes: number },
): Promise<FloatArray> {
  const forward = await operator.linearize(x0);
  try {
    const clean = forward.value;
    const pull = guidance === 'likelihood' ? noise.gradient(clean, y) : residualOf(noise, clean, y);
    if (guidance === 'likelihood') scale(sizes.bayes, pull.data);
    else {
      const paper = sizes.paper / (norm(pull.data) || 1);
      scale(guidance === 'bounded' ? Math.min(paper, newtonStep(operator)) : paper, pull.data);
    }
    if (guidance === 'bounded') shorten(pull.data, sizes.bayes, noise.gradient(clean, y).data);
    return await forward.pullback(pull);
  } finally {
    forward.release();
  }
}

/** The longest step along Aᵀr that cannot overshoot, where that is known. */
function newtonStep(operator: ForwardOperator): number {
  return isLinear(operator) && operator.norm ? operator.norm ** -2 : Number.POSITIVE_INFINITY;
}

/** Puts `size` times the other value wherever that is nearer to zero. */
function shorten(values: Float32Array, size: number, others: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const other = size * others[i];
    if (Math.abs(other) < Math.abs(values[i])) values[i] = other;
  }
}
