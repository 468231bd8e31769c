/** Joint diffusion where both priors are mixtures of Gaussians: the posterior of the pair (x, n) is one too. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { withLinearization } from '../../problems/operator.js';
import { problemOf } from '../../problems/problem.js';
import { jointDiffusion } from '../../solvers/pixel/joint-diffusion.js';
import type { Task } from '../../solvers/solver.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { slicedWasserstein } from '../../src/core/wasserstein.js';
import { restore } from '../../src/restore.js';
import { runSolver } from '../solvers/run-solver.js';
import { momentsOf } from './moments.js';

const SHAPE = [1, 1, 2];
const A = [
  [1, 0.5],
  [-0.3, 0.8],
];
const SIGMA = 0.1;
const SCALE = 0.7;
const CENTRE = 0.5;
const Y = [0.9, 0.2];

const array = (values: ArrayLike<number>) => floatArray(Float32Array.from(values), SHAPE);
const product = (matrix: readonly number[][], { data }: FloatArray) =>
  array(matrix.map(([a, b]) => a * data[0] + b * data[1]));
const transposed = A[0].map((_, j) => A.map((row) => row[j]));
const operator = withLinearization({
  inputShape: SHAPE,
  outputShape: SHAPE,
  apply: (x) => product(A, x),
  adjoint: (y) => product(transposed, y),
});

function taskOf(image: GaussianMixture, noise: GaussianMixture): Task {
  return {
    measurement: array(Y),
    problem: problemOf(operator, gaussianNoise(SIGMA)),
    prior: mixturePrior(image, SHAPE, [0.005, 20]),
    noisePrior: mixturePrior(noise, SHAPE, [0.002, 10]),
  };
}

/** p(x | y) for y = A x + s(n − c) + σ·normal: n's part of the posterior of the pair is left out. */
function posteriorOf(image: GaussianMixture, noise: GaussianMixture): GaussianMixture {
  const pairs = image.components.flatMap((x) =>
    noise.components.map((n) => ({
      weight: x.weight * n.weight,
      mean: [...Array.from(x.mean), ...Array.from(n.mean)],
      covariance: blocks(x.covariance as ArrayLike<number>, n.covariance as ArrayLike<number>),
    })),
  );
  const rows = A.map((row, i) => [...row, ...row.map((_, j) => (i === j ? SCALE : 0))]);
  const shifted = Y.map((value) => value + SCALE * CENTRE);
  const { posterior } = new GaussianMixture(pairs).observe(rows, shifted, SIGMA);
  return new GaussianMixture(
    posterior.components.map(({ weight, mean, covariance }) => ({
      weight,
      mean: Array.from(mean).slice(0, 2),
      covariance: [0, 1, 4, 5].map((place) => (covariance as ArrayLike<number>)[place]),
    })),
  );
}

function blocks(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return [a[0], a[1], 0, 0, a[2], a[3], 0, 0, 0, 0, b[0], b[1], 0, 0, b[2], b[3]];
}

describe('where both priors are Gaussian', () => {
  const image = new GaussianMixture([{ weight: 1, mean: [0.4, 0.6], covariance: [0.08, 0.03, 0.03, 0.05] }]);
  const noise = new GaussianMixture([
    { weight: 1, mean: [0.6, 0.3], covariance: [0.06, -0.05, -0.05, 0.07] },
  ]);

  it('converges to the moments of the posterior as steps grow', async () => {
    const exact = posteriorOf(image, noise);
    const [mean, covariance] = [exact.mean(), exact.covariance()];
    const truth = [mean[0], mean[1], covariance[0], covariance[1], covariance[3]];
    const found: number[][] = [];
    for (const steps of [16, 32]) {
      const options = { steps, sigmaMax: 2, spacing: 'karras', noiseScale: SCALE, noiseCentre: CENTRE };
      const moments = await momentsOf(jointDiffusion, taskOf(image, noise), options);
      found.push([...moments.mean, ...moments.covariance]);
    }
    truth.forEach((value, i) => {
      const [few, many] = found.map((moments) => moments[i] - value);
      // A chain that starts at N(½, σ²) keeps a little of that mean; of the covariance, what is missing falls as
      // 1/steps.
      if (i < 2) expect(Math.abs(many)).toBeLessThan(0.003);
      else expect(Math.abs(2 * many - few)).toBeLessThan(0.0009);
    });
  });
});

it('knows the noise by its shape: nearer to the posterior of mixtures than a Gaussian of the same moments', async () => {
  const small = [0.004, 0, 0, 0.004];
  const image = new GaussianMixture([
    { weight: 0.6, mean: [0.2, 0.3], covariance: small },
    { weight: 0.4, mean: [0.8, 0.7], covariance: small },
  ]);
  const noise = new GaussianMixture([
    { weight: 0.5, mean: [0.1, 0.9], covariance: small },
    { weight: 0.5, mean: [0.9, 0.1], covariance: small },
  ]);
  const alike = new GaussianMixture([{ weight: 1, mean: noise.mean(), covariance: noise.covariance() }]);
  const truth = draws(posteriorOf(image, noise), 4000);
  const options = { steps: 25, noiseScale: SCALE, noiseCentre: CENTRE };
  const distances: number[] = [];
  for (const prior of [noise, alike]) {
    const points: Float32Array[] = [];
    for (let k = 0; k < 80; k++) {
      const stream = keyedRandom(0, 'joint', k)('chain');
      const context = { random: () => stream, step: async () => {} };
      points.push((await runSolver(jointDiffusion, taskOf(image, prior), options, context)).data);
    }
    distances.push(distanceTo(truth, points));
  }
  const floor = distanceTo(truth, draws(posteriorOf(image, noise), 80, 'floor'));
  // Matching moments is not exact for mixtures: 0.07 with as many samples as one likes.
  expect(distances[0]).toBeLessThan(0.07 + floor);
  expect(distances[1]).toBeGreaterThan(1.6 * distances[0]);
});

it('is what restore takes for measurements with a noise prior, and counts both networks', async () => {
  const spread = new GaussianMixture([{ weight: 1, mean: [0.5, 0.5], covariance: [0.1, 0, 0, 0.1] }]);
  const options = { steps: 3, iterations: 1 };
  const posterior = await restore({ ...taskOf(spread, spread), options, samples: 2 });
  expect(posterior.solver).toBe('joint-diffusion');
  expect(posterior.misfit).toEqual([]);
  expect(posterior.networkEvaluations).toBe(2 * 2 * 3);
  expect(posterior.vjps).toBe(2 * 2 * 3 * 2);
});

function draws(distribution: GaussianMixture, count: number, name = 'truth'): Float64Array[] {
  const stream = keyedRandom(1, 'joint', 0)(name);
  return Array.from({ length: count }, () => distribution.sample(stream));
}

function distanceTo(truth: readonly Float64Array[], points: readonly ArrayLike<number>[]): number {
  const random = keyedRandom(2, 'joint', 0)('directions');
  return slicedWasserstein({ points }, { points: truth }, 50, random);
}
