/** Ensembles on reference problems: how far from the posterior, and how far off in the evidence. */
import { expect } from 'vitest';
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

/**
 * Of 200 particles; `evidence` in nats. As many exact samples are at a distance of 0.07 (R0) and 0.08 (R1) and the
 * prior's at 0.53 and 0.96; biased samplers at 0.13 and above on R0, and 0.18 and above on R1, of 4000 samples.
 */
export async function expectNear(
  solver: EnsembleSolver,
  reference: Reference,
  options: Readonly<Record<string, unknown>>,
  { most, evidence }: { readonly most: number; readonly evidence?: number },
): Promise<void> {
  const { distance, floor, evidenceError, ess } = await runEnsemble(solver, reference, options, 200);
  expect(distance, `exact samples are at ${floor}`).toBeLessThan(most);
  if (evidence !== undefined) expect(Math.abs(evidenceError)).toBeLessThan(evidence);
  expect(ess.every((n) => n > 1 && n <= 200 + 1e-6)).toBe(true);
}
