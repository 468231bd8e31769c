/**
 * Sequential Monte Carlo has an exact law at any number of particles and steps: the expectations of Ẑ and of Ẑ·x̂ are
 * p(y) and p(y) E[x0 | y] under the chain that the ancestral steps really draw from, which on a Gaussian prior is
 * Gaussian too. One wrong term in a weight, and the mean over many small ensembles is off by more than its standard
 * error.
 */
import { expect } from 'vitest';
import type { EnsembleSolver } from '../../solvers/solver.js';
import { gaussianReference, referenceTask } from '../../src/bench/reference.js';
import { normalisedWeights } from '../../src/core/posterior.js';
import { keyedRandom } from '../../src/core/random.js';
import { karrasSigmas } from '../../src/core/schedule.js';
import { runSolver } from '../solvers/run-solver.js';

const RANGE = [0.05, 20] as const;
const task = referenceTask(gaussianReference, RANGE);
type Pair = readonly [number, number];

/** R0 for x = (u + 1)/2: its prior, A, y and noise. */
const MEAN = gaussianReference.mixture.mean().map((value) => (value + 1) / 2);
const COVARIANCE = gaussianReference.mixture.covariance().map((value) => value / 4);
const ROW: Pair = [gaussianReference.A[0][0], gaussianReference.A[0][1]];
const Y = task.measurement.data[0];
const NOISE = gaussianReference.sigma / 2;

type Matrix = readonly [number, number, number, number];

/** x of the chain at some level, about the prior's mean: N(offset, spread). */
interface Law {
  readonly offset: Pair;
  readonly spread: Matrix;
}

const apply = ([a, b, c, d]: Matrix, [u, v]: Pair): Pair => [a * u + b * v, c * u + d * v];
const times = (m: Matrix, [e, f, g, h]: Matrix): Matrix => {
  const [[a, c], [b, d]] = [apply(m, [e, g]), apply(m, [f, h])];
  return [a, b, c, d];
};
const transposed = ([a, b, c, d]: Matrix): Matrix => [a, c, b, d];

/** The step from one level to the next, x' = F x + noise: F is (1 − k) C(C + σ²)⁻¹ + k. */
function stepMatrix(sigma: number, keep: number): Matrix {
  const [a, b, , d] = COVARIANCE;
  const [p, q] = [a + sigma ** 2, d + sigma ** 2];
  const scale = (1 - keep) / (p * q - b * b);
  const [e, f, g, h] = times([a, b, b, d], [q * scale, -b * scale, -b * scale, p * scale]);
  return [e + keep, f, g, h + keep];
}

/** From level `from` to level `to`: the law there, and by what x at `from` is multiplied on its way. */
function propagate(sigmas: ArrayLike<number>, from: number, to: number, start: Law) {
  let { offset, spread } = start;
  let product: Matrix = [1, 0, 0, 1];
  for (let i = from; i < to; i++) {
    const keep = (sigmas[i + 1] / sigmas[i]) ** 2;
    const noise = sigmas[i + 1] ** 2 * (1 - keep);
    const step = stepMatrix(sigmas[i], keep);
    const [a, b, c, d] = times(times(step, spread), transposed(step));
    spread = [a + noise, b, c, d + noise];
    offset = apply(step, offset);
    product = times(step, product);
  }
  return { offset, spread, product };
}

/** p(o) and E[x0 | o] of o = r·x_j + N(0, w) for the chain's x at level j. */
function observed(sigmas: ArrayLike<number>, j: number, r: Pair, o: number, w: number) {
  const { 0: sigma, length } = sigmas;
  const start: Law = { offset: [0.5 - MEAN[0], 0.5 - MEAN[1]], spread: [sigma ** 2, 0, 0, sigma ** 2] };
  const { offset, spread } = propagate(sigmas, 0, j, start);
  const { product } = propagate(sigmas, j, length - 1, start);
  const [u, v] = apply(spread, r);
  const variance = r[0] * u + r[1] * v + w;
  const surprise = o - r[0] * (MEAN[0] + offset[0]) - r[1] * (MEAN[1] + offset[1]);
  const gain = surprise / variance;
  const [p, q] = apply(product, [offset[0] + gain * u, offset[1] + gain * v]);
  return {
    logEvidence: -0.5 * (surprise ** 2 / variance + Math.log(2 * Math.PI * variance)),
    mean: [MEAN[0] + p, MEAN[1] + q],
  };
}

/** What TDS and AFDPS aim at: y seen at the end of the chain. */
export function atTheEnd(steps: number) {
  return observed(karrasSigmas(steps, ...RANGE), steps, ROW, Y, NOISE ** 2);
}

/** What MCGDiff aims at: y/s seen, all but exactly, at the level τ = σ_n/s, onto which the nearest level is moved. */
export function atTheLevelOfTheNoise(steps: number) {
  const s = Math.hypot(...ROW);
  const tau = NOISE / s;
  const sigmas = karrasSigmas(steps, ...RANGE);
  const farness = [...sigmas.slice(0, steps)].map((sigma) => Math.abs(Math.log(sigma / tau)));
  const j = farness.indexOf(Math.min(...farness));
  sigmas[j] = tau;
  const { logEvidence, mean } = observed(
    sigmas,
    j,
    [ROW[0] / s, ROW[1] / s],
    Y / s,
    1e-4 * (0.25 + tau ** 2),
  );
  return { logEvidence: logEvidence - Math.log(s), mean };
}

interface Ensembles {
  readonly solver: EnsembleSolver;
  /** What its chain of so many steps aims at. */
  readonly aim: typeof atTheEnd;
  readonly steps: number;
  readonly particles: number;
  readonly resampleBelow: number;
  /** Further options of the solver. */
  readonly others?: Readonly<Record<string, unknown>>;
}

/** Ẑ/Z − 1 and (Ẑ/Z)(x̂ − E[x0 | y]) over many small ensembles: mean and its standard error. */
async function ratios({ solver, aim, steps, particles, resampleBelow, others }: Ensembles, runs: number) {
  const { logEvidence, mean: centre } = aim(steps);
  const columns: number[][] = [[], [], []];
  for (let run = 0; run < runs; run++) {
    const context = {
      random: keyedRandom(run, 'unbiased', 0),
      step: async () => {},
      samples: particles,
    };
    const found = await runSolver(solver, task, { steps, resampleBelow, ...others }, context);
    const weights = normalisedWeights(particles, found.logWeights);
    const ratio = Math.exp((found.logEvidence ?? Number.NaN) - logEvidence);
    columns[0].push(ratio - 1);
    for (const i of [0, 1]) {
      const estimate = found.samples.reduce((sum, x, k) => sum + weights[k] * x.data[i], 0);
      columns[i + 1].push(ratio * (estimate - centre[i]));
    }
  }
  return columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / runs;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, error: Math.sqrt(squares / (runs - 1) / runs) };
  });
}

/** Has in expectation the evidence and the mean of the chain that it draws from, over 200 ensembles. */
export async function expectUnbiased(ensembles: Ensembles): Promise<void> {
  for (const { mean, error } of await ratios(ensembles, 200)) {
    expect(error).toBeLessThan(0.1);
    expect(Math.abs(mean), `standard error ${error}`).toBeLessThan(3.5 * error);
  }
}
