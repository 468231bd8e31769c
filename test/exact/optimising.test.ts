/** Solvers that optimise, on problems whose posterior is known: where they go, and that they are far from sampling. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { problemOf } from '../../problems/problem.js';
import { denoise } from '../../problems/restoration/denoise.js';
import { dcdp } from '../../solvers/pixel/dcdp.js';
import { pnpAdmm } from '../../solvers/pixel/pnp-admm.js';
import { redDiff } from '../../solvers/pixel/red-diff.js';
import { sitcom } from '../../solvers/pixel/sitcom.js';
import type { ChainSolver } from '../../solvers/solver.js';
import { gaussianReference, mixtureReference, referenceTask } from '../../src/bench/reference.js';
import { floatArray } from '../../src/core/array.js';
import { vpSigma } from '../../src/core/schedule.js';
import { runSolver } from '../solvers/run-solver.js';
import { testContext } from './dense.js';
import { distanceOf } from './distance.js';

const DDPM = [vpSigma(1 / 1000), vpSigma(1)] as const;

describe('distance from the posterior', () => {
  // Distances at 4000 samples, [known]; 100 samples blur them by about 0.1.
  it.each<{ solver: ChainSolver; reference: typeof mixtureReference; options: object; known: number }>([
    { solver: redDiff, reference: gaussianReference, options: { steps: 300 }, known: 0.437 },
    { solver: redDiff, reference: mixtureReference, options: { steps: 300 }, known: 0.764 },
    { solver: dcdp, reference: gaussianReference, options: {}, known: 0.095 },
    { solver: dcdp, reference: mixtureReference, options: {}, known: 0.24 },
  ])('$solver.name on $reference.name is the known one', async ({ solver, reference, options, known }) => {
    const { distance } = await distanceOf(solver, reference, { ...options }, 100, DDPM);
    expect(Math.abs(distance - known)).toBeLessThan(0.12);
  });
});

it('SITCOM stops where the measurement is met as well as noise allows', async () => {
  const { samples } = await distanceOf(sitcom, gaussianReference, { rate: 0.02 }, 20, DDPM);
  for (const [u, v] of samples) expect(Math.abs(u + 0.5 * v - 0.8) / 0.5).toBeLessThan(1.3);
});

it.each([sitcom, dcdp])('$name takes noise of any kind', async (solver) => {
  const { problem, measurement, prior } = referenceTask(gaussianReference, DDPM);
  const task = { problem: { ...problem, noise: poissonNoise(0.02) }, measurement, prior };
  const { data } = await runSolver(solver, task, {}, testContext());
  expect(Math.abs(data[0] + data[1] / 2 - measurement.data[0])).toBeLessThan(0.35);
});

it('DCDP is not slowed down in bright pixels by what is known of dark ones', async () => {
  const shape = [1, 1, 2];
  const measurement = floatArray(Float32Array.of(0.9, 0.01), shape);
  const prior = mixturePrior(
    new GaussianMixture([{ weight: 1, mean: [0.5, 0.5], covariance: [1, 0, 0, 1] }]),
  );
  const problem = problemOf(denoise.create(shape, {}, {}), poissonNoise(0.01));
  const options = { rounds: 3, iterations: 30, time: 0.01, flowSteps: 1, rate: 0.05 };
  const { data } = await runSolver(dcdp, { measurement, prior, problem }, options, testContext());
  // With one step for both, as short as the curvature in the dark asks for, it had come to 0.79.
  expect(Math.abs(data[0] - 0.9)).toBeLessThan(0.06);
  expect(Math.abs(data[1] - 0.01)).toBeLessThan(0.06);
});

it.each([0.1, 0.3])('PnP-ADMM ends at the mean of a Gaussian posterior: σ = %d', async (sigmaMax) => {
  const task = referenceTask(gaussianReference, DDPM);
  const options = { steps: 300, lambda: 1, sigmaMax, sigmaMin: sigmaMax };
  const x = task.problem.report(await runSolver(pnpAdmm, task, options, testContext()));
  gaussianReference.posterior.mean().forEach((value, i) => {
    expect(x.data[i]).toBeCloseTo(value, 2);
  });
});
