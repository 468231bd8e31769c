/** A first image that agrees with the measurement, for solvers that optimise from it. */
import { isLinear } from '../../problems/operator.js';
import { equalVariance } from '../../problems/problem.js';
import { type FloatArray, filled, mapArray } from '../../src/core/array.js';
import { difference } from '../../src/core/vector.js';
import type { Task } from '../solver.js';
import { evenTone } from './scene-start.js';
import { wienerFilter } from './wiener-filter.js';

/** Coarse: the first image decides where a descent begins, not where it ends. */
const COARSE = { weight: 200, iterations: 100, tolerance: 1e-6 };

/**
 * The Wiener filter's image where there is one, else grey. The filter begins at an even tone and goes on for long: its
 * iterations reach last what is not measured, a hole would begin black, and codes stay where they begin.
 * @param turn is awaited before every product with AᵀA.
 */
export async function startImage(
  { problem, measurement }: Pick<Task, 'problem' | 'measurement'>,
  turn: () => Promise<void>,
): Promise<FloatArray> {
  const { operator, imageShape } = problem;
  const variance = equalVariance(problem);
  if (!isLinear(operator) || variance === undefined) return filled(imageShape, 0.5);
  const tone = await evenTone(operator, measurement);
  const left = difference(measurement, await operator.apply(tone));
  const change = await wienerFilter(operator, left, variance, COARSE, turn);
  return mapArray(tone, (value, i) => value + change.data[i]);
}
