/** Ensembles on reference problems: how far from the posterior, and how far off in the evidence. */
import type { EnsembleSolver } from '../../solvers/solver.js';
import { type Reference, referenceTask } from '../../src/bench/reference.js';
import { normalisedWeights } from '../../src/core/posterior.js';
import { keyedRandom } from '../../src/core/random.js';
import { slicedWasserstein } from '../../src/core/wasserstein.js';
import { runSolver } from '../solvers/run-solver.js';

export interface EnsembleScore {
  /** Sliced Wasserstein-1 distance, in the reference's units. */
  readonly distance: number;
  /** The same of as many exact samples. */
  readonly floor: number;
  /** Estimate minus truth of log p(y), nats. */
  readonly evidenceError: number;
  readonly ess: readonly number[];
}

export async function runEnsemble(
  solver: EnsembleSolver,
  reference: Reference,
  options: Readonly<Record<string, unknown>>,
  samples: number,
  seed = 0,
): Promise<EnsembleScore> {
  const task = referenceTask(reference);
  const random = keyedRandom(seed, 'ensemble', 0);
  const found = await runSolver(solver, task, options, { random, step: async () => {}, samples });
  const stream = random('truth');
  const draw = (size: number) => Array.from({ length: size }, () => reference.posterior.sample(stream));
  const truth = { points: draw(4000) };
  const points = found.samples.map((sample) => task.problem.report(sample).data);
  const weights = normalisedWeights(samples, found.logWeights);
  return {
    distance: slicedWasserstein({ points, weights }, truth, 50, random('directions')),
    floor: slicedWasserstein({ points: draw(samples) }, truth, 50, random('directions')),
    evidenceError: (found.logEvidence ?? Number.NaN) - task.logEvidenceOffset - reference.logEvidence,
    ess: found.ess ?? [],
  };
}
