/** Two-dimensional problems whose posterior is known in closed form, and how far samples are from it. */
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { ChainSolver, Task } from '../../solvers/solver.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom, type RandomSource } from '../../src/core/random.js';
import { runSolver } from '../solvers/run-solver.js';
import { denseProblem, testContext } from './dense.js';

const A = [[1, 0.5]];
const SIGMA = 0.5;
const Y = [0.8];

/** R0: a Gaussian prior. */
export const gaussian = reference(
  new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]),
);

/** R1: three Gaussians. */
export const mixture = reference(
  new GaussianMixture([
    { weight: 0.5, mean: [-2, 0], covariance: [0.5, 0.2, 0.2, 0.3] },
    { weight: 0.3, mean: [2, 1.5], covariance: [0.4, 0, 0, 0.6] },
    { weight: 0.2, mean: [0, -2], covariance: [0.3, -0.1, -0.1, 0.2] },
  ]),
);

export interface Reference {
  readonly prior: GaussianMixture;
  readonly posterior: GaussianMixture;
  /** The measurement y = A x + 0.5 n = 0.8 with A = [1, ½], for images of shape [1, 1, 2]. */
  readonly task: Task;
}

function reference(prior: GaussianMixture): Reference {
  const problem = denseProblem(A, SIGMA, [1, 1, 2]);
  return {
    prior,
    posterior: prior.observe(A, Y, SIGMA).posterior,
    // About the range of DDPM's linear schedule, on [0, 1].
    task: {
      measurement: floatArray(Float32Array.from(Y), [1]),
      problem,
      prior: mixturePrior(prior, [1, 1, 2], [0.006, 78]),
    },
  };
}

/** `count` chains of a solver, sample k with its own streams. */
export async function drawSamples(
  solver: ChainSolver,
  task: Task,
  options: Readonly<Record<string, unknown>>,
  count: number,
): Promise<Float64Array[]> {
  const samples: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const context = { ...testContext(), random: quickRandom(k) };
    samples.push(Float64Array.from((await runSolver(solver, task, options, context)).data));
  }
  return samples;
}

/** One stream per chain: the name of a step is hashed once, not in every step of every chain. */
function quickRandom(sample: number): RandomSource {
  const stream = keyedRandom(0, 'exact', sample)('chain');
  return () => stream;
}

export function exactSamples(distribution: GaussianMixture, count: number, seed = 1): Float64Array[] {
  const random = keyedRandom(seed, 'exact', 0)('posterior');
  return Array.from({ length: count }, () => distribution.sample(random));
}

/**
 * Sliced Wasserstein-1 distance of two equally large samples in the plane: 50 fixed directions, mean |Δ| of sorted
 * values.
 */
export function slicedWasserstein(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const directions = 50;
  let sum = 0;
  for (let k = 0; k < directions; k++) {
    const angle = (Math.PI * (k + 0.5)) / directions;
    const project = (samples: readonly Float64Array[]) =>
      Float64Array.from(samples, ([u, v]) => Math.cos(angle) * u + Math.sin(angle) * v).sort();
    const [p, q] = [project(a), project(b)];
    sum += p.reduce((total, value, i) => total + Math.abs(value - q[i]), 0) / p.length;
  }
  return sum / directions;
}
