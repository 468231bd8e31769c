/**
 * What the network itself does not know, by weights drawn from the law of its last layer: the same restoration, with
 * the same random numbers, by several networks that are as likely. For a diffusion's samples this does better than
 * variances carried from step to step (Jazbec et al. 2025, arXiv 2502.20946), and it asks nothing of the solver.
 */
import type { DiffusionPrior, Prior } from '../models/prior.js';
import type { Solver } from '../solvers/solver.js';
import { type FloatArray, mapArray, zeros } from './core/array.js';
import { UsageError } from './core/errors.js';
import { keyedRandom } from './core/random.js';

/** A diffusion prior whose last layer was measured. */
export type MeasuredPrior = DiffusionPrior & Required<Pick<DiffusionPrior, 'lastLayer'>>;

/** @throws UsageError where nothing is known of the network, or the solver does not ask it. */
export function requireMeasured(prior: Prior | undefined, solver: Solver): MeasuredPrior {
  if (solver.needs.prior !== 'diffusion' || prior?.kind !== 'diffusion') {
    throw new UsageError(
      `epistemic asks what a diffusion prior does not know, but solver ${solver.name} uses none`,
    );
  }
  if (prior.lastLayer) return prior as MeasuredPrior;
  const how = '`retrodict card DIR --laplace FOLDER` measures it on pictures';
  throw new UsageError(`epistemic needs what is known of the last layer of ${prior.name}: ${how}`);
}

/**
 * Root mean square of what changes in the mean, value by value, with the weights.
 * @param mean what the prior's own weights give. @param restore the same by others.
 */
export async function weightSpread(
  prior: MeasuredPrior,
  rounds: number,
  seed: number,
  mean: FloatArray,
  restore: (drawn: DiffusionPrior, round: number) => Promise<FloatArray>,
): Promise<FloatArray> {
  const squares = zeros(mean.shape);
  for (let round = 0; round < rounds; round++) {
    const drawn = await prior.lastLayer.draw(keyedRandom(seed, 'last layer', round)('weights'));
    try {
      const { data } = await restore(drawn, round);
      for (let i = 0; i < data.length; i++) squares.data[i] += (data[i] - mean.data[i]) ** 2 / rounds;
    } finally {
      await drawn.close();
    }
  }
  return mapArray(squares, Math.sqrt);
}
