import type { Problem } from '../problems/problem.js';
import type { Solver } from '../solvers/solver.js';

/**
 * What a job takes where nothing else is asked for.
 * @example
 * ```ts
 * import { defaults } from 'retrodict';
 *
 * console.log(defaults.samples, defaults.level);
 * ```
 */
export const defaults = {
  /** Posterior samples N. */
  samples: 4,
  /** Rounds of the equivariant bootstrap. */
  bootstrap: 0,
  /** Networks with other weights of the last layer. */
  epistemic: 0,
  seed: 0,
  /** Of the credible interval. */
  level: 0.9,
  /** Seconds of work on a picture that may be lost. */
  saveEvery: 30,
} as const;

/** Which image is written where nobody says: the mean, but where that of images far apart would be none of them. */
export function defaultEstimate({ operator }: Problem): 'mean' | 'sample' {
  return operator.ambiguous ? 'sample' : 'mean';
}

/** How many samples are drawn where nobody says: none where the solver knows mean and variance without. */
export function defaultSamples(solver: Solver): number {
  return solver.kind === 'chain' && solver.moments ? 0 : defaults.samples;
}

/** How many samples a job draws. The one image of a point solver is no sample. */
export function drawnSamples(solver: Solver, asked: number | undefined): number {
  return solver.kind === 'point' ? 0 : (asked ?? defaultSamples(solver));
}

/**
 * Whether a solver that knows them is to give variances too: of one sample, or none at all, there is no uncertainty.
 */
export function wantsVariance(samples: number | undefined): boolean {
  return samples === undefined || samples > 1;
}
