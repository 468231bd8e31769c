/** A first image that agrees with the measurement, for solvers that optimise from it. */
import { isLinear } from '../../problems/operator.js';
import { equalVariance } from '../../problems/problem.js';
import { type FloatArray, filled } from '../../src/core/array.js';
import type { Task } from '../solver.js';
import { wienerFilter } from './wiener-filter.js';

/** Coarse: the first image decides where a descent begins, not where it ends. */
const COARSE = { weight: 200, iterations: 100, tolerance: 1e-4 };

/** The Wiener filter's image where there is one, else grey. @param turn is awaited before every product with AᵀA. */
export async function startImage(
  { problem, measurement }: Pick<Task, 'problem' | 'measurement'>,
  turn: () => Promise<void>,
): Promise<FloatArray> {
  const { operator, imageShape } = problem;
  const variance = equalVariance(problem);
  if (!isLinear(operator) || variance === undefined) return filled(imageShape, 0.5);
  return wienerFilter(operator, measurement, variance, COARSE, turn);
}
