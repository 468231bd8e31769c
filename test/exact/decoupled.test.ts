/** Solvers that alternate between the prior and a draw given the data, against exact posteriors. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { problemOf } from '../../problems/problem.js';
import { denoise } from '../../problems/restoration/denoise.js';
import { type DataDrawOptions, drawGivenData } from '../../solvers/parts/data-draw.js';
import { daps } from '../../solvers/pixel/daps.js';
import { pnpDm } from '../../solvers/pixel/pnp-dm.js';
import type { ChainSolver } from '../../solvers/solver.js';
import { gaussianReference, mixtureReference, referenceTask } from '../../src/bench/reference.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { karrasSigmas } from '../../src/core/schedule.js';
import { runSolver } from '../solvers/run-solver.js';
import { denseProblem, testContext } from './dense.js';
import { distanceOf } from './distance.js';

const chain = { sampler: 'langevin', chainSteps: 30, stepSize: 0.2, momentum: 0.5 } as const;

describe('a draw given the data', () => {
  const { problem, measurement } = referenceTask(gaussianReference);
  const centre = floatArray(Float32Array.of(0.2, 0.9), [1, 1, 2]);
  const spread = 0.3;
  // N(x; z, r²)·N(y; Ax, σ²): precision I/r² + AᵀA/σ², with A = [1, ½] and σ = ¼ in units of x.
  const [a, b, c] = [1 / 0.09 + 16, 8, 1 / 0.09 + 4];
  const determinant = a * c - b * b;
  const covariance = [c / determinant, -b / determinant, a / determinant];
  const residual = (measurement.data[0] - 0.2 - 0.45) * 16;
  const mean = [
    0.2 + covariance[0] * residual + (covariance[1] * residual) / 2,
    0.9 + covariance[1] * residual + (covariance[2] * residual) / 2,
  ];

  it.each<DataDrawOptions & { tolerance: number }>([
    { ...chain, sampler: 'exact', tolerance: 0.015 },
    { ...chain, tolerance: 0.02 },
    { ...chain, sampler: 'hmc', tolerance: 0.02 },
  ])('has the moments of the product of Gaussians: $sampler', async ({ tolerance, ...options }) => {
    const random = keyedRandom(3, 'draws', 0)('all');
    const count = 500;
    const sums = [0, 0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
      const { data } = await drawGivenData(problem, measurement, centre, spread, options, random);
      const [u, v] = [data[0] - mean[0], data[1] - mean[1]];
      for (const [i, value] of [u, v, u * u, u * v, v * v].entries()) sums[i] += value / count;
    }
    expect(Math.abs(sums[0])).toBeLessThan(0.04);
    expect(Math.abs(sums[1])).toBeLessThan(0.04);
    covariance.forEach((value, i) => {
      expect(Math.abs(sums[i + 2] - value)).toBeLessThan(tolerance);
    });
  });

  it('with other noise is a Markov chain, and refuses to be exact', async () => {
    const counted = { ...problem, noise: poissonNoise(0.05) };
    const random = keyedRandom(3, 'draws', 0)('poisson');
    const draw = (sampler: 'auto' | 'exact') =>
      drawGivenData(counted, measurement, centre, spread, { ...chain, sampler }, random);
    const { data } = await draw('auto');
    expect(data[0] + data[1] / 2).toBeGreaterThan(0.7);
    await expect(draw('exact')).rejects.toThrow(
      'sampler=exact needs a linear operator with Gaussian noise of equal variance, or pixels that are measured one by one, which reference with poisson noise is not; use langevin',
    );
  });

  it('of photons counted in dark and bright pixels has the moments of the true density', async () => {
    const gain = 1 / 100;
    const counts = [3, 6, 80];
    const near = [0.03, 0.05, 0.7];
    const noise = poissonNoise(gain);
    const shape = [1, 1, counts.length];
    const y = floatArray(
      Float32Array.from(counts, (count) => gain * count),
      shape,
    );
    const z = floatArray(Float32Array.from(near), shape);
    const operator = denoise.create(shape, {}, {});
    const task = { ...problem, operator, noise, imageShape: shape, measurementShape: shape };
    const r = 0.05;
    const random = keyedRandom(4, 'draws', 0)('photons');
    const options = { ...chain, chainSteps: 100 };
    const draws: Float32Array[] = [];
    for (let k = 0; k < 300; k++) draws.push((await drawGivenData(task, y, z, r, options, random)).data);
    for (const i of counts.keys()) {
      // By summation over a fine grid.
      let [mass, first, second] = [0, 0, 0];
      for (let x = -0.3; x < 1.3; x += 1e-4) {
        const one = (value: number) => floatArray(Float32Array.of(value), [1]);
        const logLikelihood = noise.logLikelihood(one(x), one(y.data[i]));
        const density = Math.exp(logLikelihood - (x - near[i]) ** 2 / (2 * r ** 2));
        mass += density;
        first += density * x;
        second += density * x ** 2;
      }
      const mean = first / mass;
      const sd = Math.sqrt(second / mass - mean ** 2);
      const found = draws.map((draw) => draw[i]);
      const average = found.reduce((sum, value) => sum + value, 0) / found.length;
      const spread = Math.sqrt(found.reduce((sum, value) => sum + (value - average) ** 2, 0) / found.length);
      expect(Math.abs(average - mean) / sd, `mean of pixel ${i}`).toBeLessThan(0.3);
      expect(Math.abs(spread / sd - 1), `spread of pixel ${i}`).toBeLessThan(0.25);
    }
  });
});

describe('daps under a prior that is as uncertain in every direction', () => {
  it('is exact when it knows the variance, and too wide as published', async () => {
    const [A, v, noise] = [[[1, 0.5]], 0.04, 0.1];
    const mixture = new GaussianMixture([{ weight: 1, mean: [0.5, 0.3], covariance: [v, 0, 0, v] }]);
    const task = {
      measurement: floatArray(Float32Array.of(0.8), [1]),
      problem: denseProblem(A, noise, [1, 1, 2]),
      prior: mixturePrior(mixture),
    };
    // What is not seen, (½, −1)/√1.25, keeps the prior's variance.
    const unseen = async (priorVariance: number | undefined) => {
      const options = { steps: 12, flowSteps: 1, sigmaMax: 2, sigmaMin: 0.01, priorVariance };
      const count = 600;
      let [sum, squares] = [0, 0];
      for (let k = 0; k < count; k++) {
        const { data } = await runSolver(daps, task, options, testContext(k));
        const along = (0.5 * (data[0] - 0.5) - (data[1] - 0.3)) / Math.sqrt(1.25);
        sum += along / count;
        squares += along ** 2 / count;
      }
      return { mean: sum, variance: squares - sum ** 2 };
    };
    const exact = await unseen(v);
    expect(Math.abs(exact.mean)).toBeLessThan(0.03);
    expect(exact.variance / v).toBeGreaterThan(0.85);
    expect(exact.variance / v).toBeLessThan(1.15);
    expect((await unseen(undefined)).variance / v).toBeGreaterThan(1.25);
  });
});

describe('daps that counts the noise of its draw', () => {
  it('adds fresh noise of variance σ² − r² only', async () => {
    const [v, steps, shape] = [0.04, 6, [1, 1, 2]];
    const mixture = new GaussianMixture([{ weight: 1, mean: [0.5, 0.5], covariance: [v, 0, 0, v] }]);
    const task = {
      measurement: floatArray(Float32Array.of(0, 0), shape),
      // So noisy that it says nothing.
      problem: problemOf(denoise.create(shape, {}, {}), gaussianNoise(1e4)),
      prior: mixturePrior(mixture),
    };
    const options = { steps, flowSteps: 1, sigmaMax: 0.5, sigmaMin: 0.1, priorVariance: v, countDrawn: true };
    const sigmas = karrasSigmas(steps, 0.1, 0.5);
    let variance = sigmas[0] ** 2;
    for (let i = 0; i < steps; i++) {
      const shrink = v / (v + sigmas[i] ** 2);
      const draw = shrink * sigmas[i] ** 2;
      variance = shrink ** 2 * variance + draw + Math.max(sigmas[i + 1] ** 2 - draw, 0);
    }
    const count = 5000;
    let squares = 0;
    for (let k = 0; k < count; k++) {
      for (const value of (await runSolver(daps, task, options, testContext(k))).data)
        squares += (value - 0.5) ** 2;
    }
    // Four standard errors of 10,000 values.
    expect(Math.abs(squares / (2 * count) / variance - 1)).toBeLessThan(0.057);
  });
});

describe('distance from the posterior', () => {
  // Distances at 4000 samples, [known]; 120 samples blur them by about 0.1.
  it.each<{ solver: ChainSolver; reference: typeof mixtureReference; options: object; known: number }>([
    { solver: daps, reference: gaussianReference, options: { steps: 40 }, known: 0.184 },
    { solver: daps, reference: mixtureReference, options: { steps: 40 }, known: 0.149 },
    {
      solver: pnpDm,
      reference: gaussianReference,
      options: { rounds: 60, steps: 25, rhoMax: 1 },
      known: 0.02,
    },
    { solver: pnpDm, reference: mixtureReference, options: { rounds: 40 }, known: 0.091 },
  ])('$solver.name on $reference.name is the known one', async ({ solver, reference, options, known }) => {
    const { distance } = await distanceOf(solver, reference, { ...options }, 120);
    expect(Math.abs(distance - known)).toBeLessThan(0.12);
  });
});
