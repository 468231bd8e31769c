import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { pnpAdmm } from '../../../solvers/pixel/pnp-admm.js';
import { floatArray } from '../../../src/core/array.js';
import { denseProblem, solveDense, testContext } from '../../exact/dense.js';
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
});
