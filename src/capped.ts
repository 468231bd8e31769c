/** The uncertainty of a point solver's image, as a cap tells it: a generalised Gaussian about each value. */
import type { Cap } from '../models/cap.js';
import { equalVariance, type Problem } from '../problems/problem.js';
import type { Solver } from '../solvers/solver.js';
import { type FloatArray, mapArray } from './core/array.js';
import { UsageError } from './core/errors.js';
import { deviationOfShape, halfWidthOfShape } from './core/generalised-gaussian.js';
import type { Summary } from './core/posterior.js';

/** @throws UsageError where the cap has nothing to say: of samples, other noise, or images of other channels. */
export function requireCappable(cap: Cap, problem: Problem, solver: Solver): void {
  if (solver.kind !== 'point') {
    throw new UsageError(`a cap is for solvers that give one image, and ${solver.name} draws samples`);
  }
  if (problem.imageShape[0] !== cap.channels) {
    const found = `${problem.imageShape[0]} channels, and the cap of ${cap.name} takes ${cap.channels}`;
    throw new UsageError(`the image has ${found}`);
  }
  const variance = equalVariance(problem);
  if (variance === undefined) {
    throw new UsageError(
      `a cap needs one noise level, and ${problem.noise.name} noise has none; expected white Gaussian noise`,
    );
  }
  const [least, most] = cap.sigmaRange;
  const sigma = Math.sqrt(variance);
  if (sigma >= least * (1 - 1e-6) && sigma <= most * (1 + 1e-6)) return;
  const [low, high, found] = [least, most, sigma].map((value) => (255 * value).toPrecision(3));
  throw new UsageError(`the cap of ${cap.name} knows noise of ${low}/255 to ${high}/255, found ${found}/255`);
}

/**
 * Standard deviation and interval of an estimate. What is reported of an image is taken of its scales and shapes too:
 * channels are off together.
 * @param image that the solver gave.
 */
export async function cappedSummary(
  image: FloatArray,
  problem: Problem,
  cap: Cap,
  level: number,
  signal?: AbortSignal,
): Promise<Required<Pick<Summary, 'sd' | 'lower' | 'upper'>>> {
  const law = await cap.law(image, Math.sqrt(equalVariance(problem)!), signal);
  const [mean, scale, shape] = [image, law.scale, law.shape].map((array) => problem.report(array));
  const [deviation, halfWidth] = [table(deviationOfShape), table((beta) => halfWidthOfShape(beta, level))];
  const sd = mapArray(scale, (value, i) => value * deviation(shape.data[i]));
  const width = mapArray(scale, (value, i) => value * halfWidth(shape.data[i]));
  return {
    sd,
    lower: mapArray(mean, (value, i) => value - width.data[i]),
    upper: mapArray(mean, (value, i) => value + width.data[i]),
  };
}

/** Shapes that caps give, and as many steps between them as make a table good to four digits. */
const [LEAST, MOST, STEPS] = [0.3, 8, 2000];

/** Values in between, in equal steps of 1/β: a million quantiles would take a minute. */
function table(f: (shape: number) => number): (shape: number) => number {
  const [first, last] = [1 / MOST, 1 / LEAST];
  const values = Float64Array.from({ length: STEPS + 1 }, (_, k) =>
    f(1 / (first + (k / STEPS) * (last - first))),
  );
  return (shape) => {
    const at = (STEPS * (1 / Math.min(Math.max(shape, LEAST), MOST) - first)) / (last - first);
    const k = Math.min(Math.floor(at), STEPS - 1);
    return values[k] + (at - k) * (values[k + 1] - values[k]);
  };
}
