import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { pnpAdmm } from '../../../solvers/pixel/pnp-admm.js';
import { floatArray } from '../../../src/core/array.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { denseProblem, solveDense, testContext } from '../../exact/dense.js';
import {
  coordinatesTask,
  expectBounded,
  expectLevels,
  levelsOf,
  seenAndUnseen as seen,
  shrinkage,
  steepTask,
} from '../coordinates.js';
import { counts, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

const A = [[1, 0.5]];
const [Y, SIGMA] = [0.8, 0.1];
const component = { weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] };
const mixture = new GaussianMixture([component]);
const prior = mixturePrior(mixture);
const problem = denseProblem(A, SIGMA, [1, 1, 2]);
const measurement = floatArray(Float32Array.of(Y), [1]);

describe('pnp-admm', () => {
  it.each([1, 3])('maximises log p(y | x) + %d log p(x) of a Gaussian prior', async (lambda) => {
    const options = { steps: 150, lambda, sigmaMax: 0.3, sigmaMin: 0.3 };
    const found = await runSolver(pnpAdmm, { measurement, problem, prior }, options, testContext());
    // log p(x) counted λ times is a prior of covariance C/λ.
    const narrowed = { ...component, covariance: component.covariance.map((value) => value / lambda) };
    const { posterior } = new GaussianMixture([narrowed]).observe(A, [Y], SIGMA);
    posterior.mean().forEach((value, i) => {
      expect(found.data[i]).toBeCloseTo(value, 3);
    });
  });

  it('half-quadratic splitting has its own fixed point', async () => {
    const options = { steps: 400, dual: false, lambda: 1, sigmaMax: 0.3, sigmaMin: 0.3 };
    const found = await runSolver(pnpAdmm, { measurement, problem, prior }, options, testContext());
    // v = K x + k, and (AᵀA + ρ) x = Aᵀy + ρ v with ρ = σ_n²/σ².
    const rho = (SIGMA / 0.3) ** 2;
    const D = (...x: number[]) => mixture.denoise(x, 0.3).value;
    const k = D(0, 0);
    const K = [0, 1].map((i) => [D(1, 0)[i] - k[i], D(0, 1)[i] - k[i]]);
    const [row] = A;
    const system = row.map((a, i) => row.map((b, j) => a * b + rho * ((i === j ? 1 : 0) - K[i][j])));
    const x = solveDense(
      system,
      row.map((a, i) => a * Y + rho * k[i]),
    );
    D(...x).forEach((value, i) => {
      expect(found.data[i]).toBeCloseTo(value, 3);
    });
  });

  it.each([true, false])('takes the steps of its formulas, dual=%s', async (dual) => {
    const [steps, lambda] = [6, 2];
    const sigmas = geometricSigmas(steps, seen.sigma, 1);
    const options = { steps, lambda, sigmaMax: 1, dual };
    const { data } = await runSolver(pnpAdmm, coordinatesTask(seen), options, testContext());
    seen.s.forEach((s, i) => {
      let [v, u] = [0.5, 0];
      for (let k = 0; k < steps; k++) {
        const rho = lambda * (seen.sigma / sigmas[k]) ** 2;
        const x = (s * seen.y[i] + rho * (v - u)) / (s * s + rho);
        const shrink = shrinkage(seen, sigmas[k]);
        v = shrink * (x + u) + (1 - shrink) * seen.m;
        if (dual) u += x - v;
      }
      expect(data[i]).toBeCloseTo(v, 5);
    });
    expect(pnpAdmm.options.parse({})).toMatchObject({ dual: true });
  });

  it.each([
    { options: {}, first: 49 / 255, last: seen.sigma, why: "DPIR's first level, the noise's last" },
    { options: { sigmaMax: 1, sigmaMin: 0.3 }, first: 1, last: 0.3, why: 'as asked' },
    { options: { sigmaMax: 1, sigmaMin: 1e-5 }, first: 1, last: 0.02, why: 'no lower than the prior knows' },
    { options: { sigmaMax: 1, sigmaMin: 2 }, first: 1, last: 0.999, why: 'no higher than the first' },
  ])('visits levels from $first to $last: $why', async ({ options, first, last }) => {
    const levels = await levelsOf(pnpAdmm, seen, { steps: 4, ...options });
    expectLevels(levels, geometricSigmas(4, last, first).slice(0, 4));
  });

  it('bounds the cost of a data step that has no closed form', async () => {
    const { task, products } = steepTask();
    await runSolver(pnpAdmm, task, { steps: 1 }, testContext());
    expectBounded(products());
  });

  it('takes what its options say, and linear operators with noise of equal variance', () => {
    expectRanges(pnpAdmm, {
      steps: counts(10_000),
      lambda: positive(),
      sigmaMax: positive(),
      sigmaMin: positive(),
    });
    const needs = ['prior', 'linear', 'equal variance', 'variance'];
    expect(needsOf(pnpAdmm, coordinatesTask(seen))).toEqual(needs);
    expect(pnpAdmm.samplesPosterior).toBe(false);
  });
});
