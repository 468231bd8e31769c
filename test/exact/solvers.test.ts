/** Solvers with exact denoisers against exact posteriors: what is right, and how wrong the rest is known to be. */
import { describe, expect, it } from 'vitest';
import { diffpir } from '../../solvers/pixel/diffpir.js';
import { dps } from '../../solvers/pixel/dps.js';
import { vpSigmas } from '../../src/core/schedule.js';
import { DPS_IMAGE_SIZE } from '../../src/core/units.js';
import { runSolver } from '../solvers/run-solver.js';
import { testContext } from './dense.js';
import { drawSamples, exactSamples, gaussian, mixture, slicedWasserstein } from './reference.js';

const COUNT = 300;
const RANGE = { lowest: 0.006, highest: 78 };

type Vector2 = [number, number];
type Matrix2 = [number, number, number, number];
/** x ↦ F x + f + N(0, q I) */
type AffineStep = { F: Matrix2; f: Vector2; q: number };

const times = ([a, b, c, d]: Matrix2, [e, f, g, h]: Matrix2): Matrix2 => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];
const apply = ([a, b, c, d]: Matrix2, [x, y]: Vector2): Vector2 => [a * x + b * y, c * x + d * y];
const transpose = ([a, b, c, d]: Matrix2): Matrix2 => [a, c, b, d];
const inverse = ([a, b, c, d]: Matrix2): Matrix2 => {
  const determinant = a * d - b * c;
  return [d / determinant, -b / determinant, -c / determinant, a / determinant];
};
const combine = (s: number, m: Matrix2, t: number, n: Matrix2) =>
  m.map((v, i) => s * v + t * n[i]) as Matrix2;
const combine2 = (s: number, m: Vector2, t: number, n: Vector2) =>
  m.map((v, i) => s * v + t * n[i]) as Vector2;

const IDENTITY: Matrix2 = [1, 0, 0, 1];
const PRIOR_MEAN: Vector2 = [0.5, -1];
const PRIOR_COVARIANCE: Matrix2 = [1, 0.6, 0.6, 2];
/** AᵀA and Aᵀy of R0. */
const GRAM: Matrix2 = [1, 0.5, 0.5, 0.25];
const BACKPROJECTED: Vector2 = [0.8, 0.4];
const NOISE_VARIANCE = 0.25;

/** D(x, σ) = K x + k of R0's prior. */
function denoiser(sigma: number): { K: Matrix2; k: Vector2 } {
  const K = times(PRIOR_COVARIANCE, inverse(combine(1, PRIOR_COVARIANCE, sigma ** 2, IDENTITY)));
  return { K, k: apply(combine(1, IDENTITY, -1, K), PRIOR_MEAN) };
}

/** DPS with the true likelihood: x̂0 = D + (σ² ∂D/∂x) Aᵀ(y − A D)/σ_n², then an ancestral step that keeps D's noise. */
function dpsStep(sigma: number, next: number): AffineStep {
  const { K, k } = denoiser(sigma);
  const keep = (next / sigma) ** 2;
  const push = combine((sigma ** 2 - next ** 2) / NOISE_VARIANCE, transpose(K), 0, IDENTITY);
  const pull = times(push, GRAM);
  return {
    F: combine(1, combine(1 - keep, K, keep, IDENTITY), -1, times(pull, K)),
    f: combine2(1, combine2(1 - keep, k, 1, apply(push, BACKPROJECTED)), -1, apply(pull, k)),
    q: next ** 2 * (1 - keep),
  };
}

/** DiffPIR's formula: x̂ = (AᵀA + ρI)⁻¹(Aᵀy + ρD), x' = x̂ + σ'(√(1−ζ)(x − x̂)/σ + √ζ n). */
function diffpirStep(lambda: number, zeta: number): (sigma: number, next: number) => AffineStep {
  return (sigma, next) => {
    const { K, k } = denoiser(sigma);
    const rho = (lambda / 4) * (NOISE_VARIANCE / sigma ** 2);
    const solve = inverse(combine(1, GRAM, rho, IDENTITY));
    const kept = (next / sigma) * Math.sqrt(1 - zeta);
    return {
      F: combine((1 - kept) * rho, times(solve, K), kept, IDENTITY),
      f: combine2(1 - kept, apply(solve, combine2(1, BACKPROJECTED, rho, k)), 0, [0, 0]),
      q: next ** 2 * zeta,
    };
  };
}

/** Mean and covariance of chains of affine steps from N(½, σ²I), with no sampling at all. */
function propagate(sigmas: Float64Array, step: (sigma: number, next: number) => AffineStep) {
  let mean: Vector2 = [0.5, 0.5];
  let covariance = combine(sigmas[0] ** 2, IDENTITY, 0, IDENTITY);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const { F, f, q } = step(sigmas[i], sigmas[i + 1]);
    mean = combine2(1, apply(F, mean), 1, f);
    covariance = combine(1, times(times(F, covariance), transpose(F)), q, IDENTITY);
  }
  return { mean, covariance: [covariance[0], covariance[1], covariance[3]] };
}

/** The chain that the affine steps make of the random numbers that the solver draws. */
function follow(sigmas: Float64Array, step: (sigma: number, next: number) => AffineStep): Vector2 {
  const { random } = testContext();
  let x = [...random('init').normals([2]).data].map((z) => 0.5 + sigmas[0] * z) as Vector2;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const { F, f, q } = step(sigmas[i], sigmas[i + 1]);
    const stream = random('step', i);
    const noise: Vector2 = [stream.normal(), stream.normal()];
    x = combine2(1, combine2(1, apply(F, x), 1, f), Math.sqrt(q), noise);
  }
  return x;
}

function expectClose(found: ArrayLike<number>, expected: Vector2) {
  expected.forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(1e-4);
  });
}

describe('on a Gaussian prior (R0), where every step is affine', () => {
  it('DPS with the true likelihood is its formula', async () => {
    const steps = 100;
    const found = await runSolver(dps, gaussian.task, { steps, guidance: 'likelihood' }, testContext());
    expectClose(found.data, follow(vpSigmas(steps, RANGE.lowest, RANGE.highest), dpsStep));
  });

  it.each([
    { lambda: 4, zeta: 1 },
    { lambda: 8, zeta: 0.3 },
  ])('DiffPIR is its formula: $lambda, $zeta', async (options) => {
    const steps = 50;
    const found = await runSolver(diffpir, gaussian.task, { steps, ...options }, testContext());
    const sigmas = vpSigmas(steps, RANGE.lowest, RANGE.highest, 'quadratic');
    expectClose(found.data, follow(sigmas, diffpirStep(options.lambda, options.zeta)));
  });

  // Measured by an independent implementation: the spread is about half, and does not come back with more steps.
  it('DiffPIR with ζ = 1 is too narrow by the known amount', () => {
    const { covariance } = propagate(
      vpSigmas(1000, RANGE.lowest, RANGE.highest, 'quadratic'),
      diffpirStep(4, 1),
    );
    const exact = gaussian.posterior.covariance();
    const distance = Math.hypot(
      covariance[0] - exact[0],
      covariance[1] - exact[1],
      covariance[1] - exact[2],
      covariance[2] - exact[3],
    );
    expect(Math.abs(distance / Math.hypot(...exact) - 0.52)).toBeLessThan(0.03);
  });

  // Notes, A.5: the bias that stays however many steps there are.
  it('the bias of DPS with the true likelihood is the known one', () => {
    const { mean, covariance } = propagate(vpSigmas(4000, RANGE.lowest, RANGE.highest), dpsStep);
    [0.9335, -0.2674].forEach((value, i) => {
      expect(mean[i]).toBeCloseTo(value, 2);
    });
    [0.2527, -0.3219, 0.7749].forEach((value, i) => {
      expect(Math.abs(covariance[i] - value)).toBeLessThan(0.01);
    });
  });
});

describe('on a mixture of Gaussians (R1)', () => {
  // Distances measured by an independent implementation at 4000 samples, [known]; 300 samples blur them by ±0.06.
  it.each([
    { solver: dps, options: { steps: 100, guidance: 'likelihood' }, known: 0.239 },
    { solver: diffpir, options: { steps: 50, lambda: 4, zeta: 1 }, known: 0.183 },
  ])('$solver.name is as far from the posterior as it is known to be', async ({ solver, options, known }) => {
    const exact = exactSamples(mixture.posterior, 4 * COUNT).filter((_, i) => i % 4 === 0);
    const samples = await drawSamples(solver, mixture.task, options, COUNT);
    expect(Math.abs(slicedWasserstein(samples, exact) - known)).toBeLessThan(0.08);
  });

  it('DPS as published goes towards the measurement', async () => {
    const zeta = 0.3 * Math.sqrt(DPS_IMAGE_SIZE / 2);
    const samples = await drawSamples(dps, mixture.task, { steps: 100, zeta, guidance: 'norm' }, COUNT);
    const misfit = (set: readonly Float64Array[]) =>
      Math.sqrt(set.reduce((sum, [u, v]) => sum + (0.8 - u - 0.5 * v) ** 2, 0) / set.length);
    expect(misfit(samples)).toBeLessThan(misfit(exactSamples(mixture.prior, COUNT)) / 3);
  });
});
