/** Problems whose coordinates know nothing of each other: y = s·x + σn, x ~ N(m, v), all in closed form. */
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { problemOf } from '../../problems/problem.js';
import type { ChainSolver, Context, Task } from '../../solvers/solver.js';
import { floatArray, sizeOf } from '../../src/core/array.js';
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
