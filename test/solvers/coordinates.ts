/** Problems whose coordinates know nothing of each other: y = s·x + σn, x ~ N(m, v), all in closed form. */
import { expect } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { withLinearization } from '../../problems/operator.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { problemOf } from '../../problems/problem.js';
import { startImage } from '../../solvers/parts/start-image.js';
import type { ChainSolver, Context, PointSolver, Task } from '../../solvers/solver.js';
import { type FloatArray, floatArray, mapArray, sizeOf } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { runSolver } from './run-solver.js';

export interface Coordinates {
  /** What each coordinate is multiplied by; 0 where it is not seen. */
  readonly s: readonly number[];
  readonly y: readonly number[];
  readonly sigma: number;
  readonly m: number;
  readonly v: number;
  readonly range: readonly [number, number];
}

export function coordinatesTask({ s, y, sigma, m, v, range }: Coordinates): Task {
  const shape = [1, 1, s.length];
  return {
    measurement: floatArray(Float32Array.from(y), shape),
    problem: problemOf(diagonal(shape, Float32Array.from(s)), gaussianNoise(sigma)),
    prior: mixturePrior(
      new GaussianMixture([{ weight: 1, mean: s.map(() => m), covariance: v }]),
      shape,
      range,
    ),
  };
}

/** What chains begin about: what the measurement says by itself. */
export async function startOf(coordinates: Coordinates): Promise<Float32Array> {
  return (await startImage(coordinatesTask(coordinates), async () => {})).data;
}

/** What is known of a coordinate given its measurement. */
export function posteriorOf({ s, y, sigma, m, v }: Coordinates, i: number): Law {
  const variance = 1 / (1 / v + (s[i] / sigma) ** 2);
  return { mean: variance * (m / v + (s[i] * y[i]) / sigma ** 2), variance };
}

/** N(mean, variance) of one coordinate. */
export interface Law {
  readonly mean: number;
  readonly variance: number;
}

/** The law of a·x + b + √q·n. */
export const affine = ({ mean, variance }: Law, a: number, b: number, q = 0): Law => ({
  mean: a * mean + b,
  variance: a * a * variance + q,
});

/** Normals that are `value` at every place, or only at the place given. */
export function normalsOf(value: number, place?: number): { random: Random; drawn: () => number } {
  let draws = 0;
  const normal = () => {
    const here = draws++;
    return place === undefined || here === place ? value : 0;
  };
  const unused = () => {
    throw new Error('only normals are expected to be drawn');
  };
  const random: Random = {
    normal,
    normals: (shape) => floatArray(Float32Array.from({ length: sizeOf(shape) }, normal), shape),
    position: 0,
    uint32: unused,
    integer: () => 0,
    uniform: unused,
  };
  return { random, drawn: () => draws };
}

export const contextOf = (random: Random): Context => ({ random: () => random, step: async () => {} });

/**
 * The law of every coordinate that a chain ends with, where it is affine in the normals it draws: its mean is what
 * comes of zeros, and each draw contributes what its unit moves the result by.
 */
export async function lawsOf(
  solver: ChainSolver,
  task: Task,
  options: Readonly<Record<string, unknown>>,
): Promise<Law[]> {
  const zeros = normalsOf(0, -1);
  const { data: mean } = await runSolver(solver, task, options, contextOf(zeros.random));
  const variance = new Float64Array(mean.length);
  for (let place = 0; place < zeros.drawn(); place++) {
    const { data } = await runSolver(solver, task, options, contextOf(normalsOf(1, place).random));
    for (let i = 0; i < data.length; i++) variance[i] += (data[i] - mean[i]) ** 2;
  }
  return Array.from(mean, (value, i) => ({ mean: value, variance: variance[i] }));
}

/** Means to `digits`, variances to as many of those that are not small. */
export function expectLaws(found: readonly Law[], expected: readonly Law[], digits = 4): void {
  expect(found.length).toBe(expected.length);
  found.forEach(({ mean, variance }, i) => {
    expect(mean, `mean of coordinate ${i}`).toBeCloseTo(expected[i].mean, digits);
    const off = (variance - expected[i].variance) / Math.max(expected[i].variance, 0.01);
    expect(off, `variance of coordinate ${i}`).toBeCloseTo(0, digits - 1);
  });
}

/** The task with a prior that notes at which noise levels it is asked. */
export function noting(task: Task): { task: Task; levels: number[] } {
  const levels: number[] = [];
  const prior = task.prior as DiffusionPrior;
  const noted: DiffusionPrior = {
    ...prior,
    denoise: (x, sigma) => {
      levels.push(sigma);
      return prior.denoise(x, sigma);
    },
    linearize: (x, sigma) => {
      levels.push(sigma);
      return prior.linearize!(x, sigma);
    },
  };
  return { task: { ...task, prior: noted }, levels };
}

/** The noise levels that a solver asks the prior at. */
export async function levelsOf(
  solver: ChainSolver | PointSolver,
  coordinates: Coordinates,
  options: Readonly<Record<string, unknown>>,
): Promise<number[]> {
  const { task, levels } = noting(coordinatesTask(coordinates));
  await runSolver(solver, task, options, contextOf(normalsOf(0).random));
  return levels;
}

export function expectLevels(found: readonly number[], expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  found.forEach((level, i) => {
    expect(level / expected[i], `level ${i}`).toBeCloseTo(1, 9);
  });
}

/** Seen well, seen poorly, and not seen. */
export const seenAndUnseen: Coordinates = {
  s: [2, 0.4, 0],
  y: [1.6, 0.3, 9],
  sigma: 0.1,
  m: 0.3,
  v: 0.2,
  range: [0.02, 2],
};

/** The factor about the prior's mean in D(x, σ) = m + v/(v + σ²)·(x − m). */
export const shrinkage = ({ v }: Coordinates, sigma: number): number => v / (v + sigma ** 2);

/** N(x; z, r²)·N(y; s·x, σ²) of a z that is random itself. */
export function givenData({ s, y, sigma }: Coordinates, z: Law, spread: number, i: number): Law {
  const data = s[i] / sigma ** 2;
  const precision = 1 / spread ** 2 + s[i] * data;
  return affine(z, 1 / spread ** 2 / precision, (data * y[i]) / precision, 1 / precision);
}

/** DDPM's ancestral step of a state of this law, about a denoised image a·x + b. */
export function ancestral(x: Law, a: number, b: number, sigma: number, next: number): Law {
  const keep = (next / sigma) ** 2;
  return affine(x, a + keep * (1 - a), (1 - keep) * b, next ** 2 * (1 - keep));
}

/**
 * A problem without closed forms whose AᵀA has 200 eigenvalues from 1 to 10⁸: iterations on it end where they are
 * told to, and not before. It counts the products with A and Aᵀ.
 */
export function steepTask(): { task: Task; products: () => number } {
  const weights = Float32Array.from({ length: 200 }, (_, i) => 10 ** ((4 * i) / 199));
  const shape = [1, 1, weights.length];
  let products = 0;
  const scaled = (x: FloatArray) => {
    products++;
    return mapArray(x, (value, i) => weights[i] * value);
  };
  const operator = withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: scaled,
    adjoint: scaled,
  });
  const task = coordinatesTask({ ...seenAndUnseen, s: [...weights], y: [...weights] });
  return {
    task: { ...task, problem: { ...task.problem, operator } },
    products: () => products,
  };
}

/** A data step by conjugate gradients takes at most 50 products with AᵀA, besides those that make its right side. */
export function expectBounded(products: number): void {
  expect(products).toBeGreaterThan(20);
  expect(products).toBeLessThanOrEqual(2 * 50 + 4);
}
