/** How far a chain's samples are from an exact posterior, and how far as many exact samples are. */
import type { ChainSolver } from '../../solvers/solver.js';
import { type Reference, referenceTask } from '../../src/bench/reference.js';
import { keyedRandom, type RandomSource } from '../../src/core/random.js';
import { slicedWasserstein } from '../../src/core/wasserstein.js';
import { runSolver } from '../solvers/run-solver.js';

export async function distanceOf(
  solver: ChainSolver,
  reference: Reference,
  options: Readonly<Record<string, unknown>>,
  count: number,
  sigmaRange?: readonly [number, number],
): Promise<{ distance: number; floor: number; samples: readonly Float32Array[] }> {
  const task = referenceTask(reference, sigmaRange);
  const samples: Float32Array[] = [];
  for (let k = 0; k < count; k++) {
    const x = await runSolver(solver, task, options, { random: quickRandom(k), step: async () => {} });
    samples.push(task.problem.report(x).data);
  }
  const random = keyedRandom(2, 'exact', 0);
  const draw = (name: string, size: number) => {
    const stream = random(name);
    return Array.from({ length: size }, () => reference.posterior.sample(stream));
  };
  const truth = { points: draw('truth', 4000) };
  const distance = (points: readonly ArrayLike<number>[]) =>
    slicedWasserstein({ points }, truth, 50, random('directions'));
  return { distance: distance(samples), floor: distance(draw('floor', count)), samples };
}

/** One stream per chain: the name of a step is hashed once, not in every step of every chain. */
function quickRandom(sample: number): RandomSource {
  const stream = keyedRandom(0, 'exact', sample)('chain');
  return () => stream;
}
