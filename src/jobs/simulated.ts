/**
 * What `simulate` writes beside a measurement, so that `restore` knows the image where the measurement does not tell.
 */
import { extname } from 'node:path';
import { readText } from '../../models/contained.js';
import { bind } from '../../problems/index.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { type Shape, sameShape, sizeOf } from '../core/array.js';
import { parseJson } from '../core/json.js';

/** The JSON object beside a measurement. */
export function describeSimulation({ imageShape, measurementShape, operator, spec }: Problem) {
  return { version: 1, imageShape, measurementShape, field: operator.field, problem: spec };
}

/**
 * An image has at most so many values for each of its measurement, and some besides; what claims more is not
 * believed.
 */
const [MOST_PER_VALUE, MOST_SHARED] = [256, 2 ** 20];

/**
 * The problem of a measurement in a file, with the image that it was simulated of if that is said beside it and fits;
 * else with the image that its shape tells.
 * @throws UsageError where no image fits.
 */
export async function bindMeasurement(
  path: string,
  measurementShape: Shape,
  spec: ProblemSpec,
  context: Parameters<typeof bind>[2],
): Promise<Problem> {
  const imageShape = await simulatedShape(path);
  if (imageShape && sizeOf(imageShape) <= MOST_SHARED + MOST_PER_VALUE * sizeOf(measurementShape)) {
    try {
      const problem = bind(spec, { imageShape }, context);
      if (sameShape(problem.measurementShape, measurementShape)) return problem;
    } catch {
      // It is of another problem than this one.
    }
  }
  return bind(spec, { measurementShape }, context);
}

async function simulatedShape(path: string): Promise<Shape | undefined> {
  try {
    const text = await readText(`${path.slice(0, -extname(path).length)}.json`);
    const { version, imageShape } = parseJson(text) as Record<string, unknown>;
    const whole =
      Array.isArray(imageShape) && imageShape.every((extent) => Number.isInteger(extent) && extent > 0);
    return version === 1 && whole ? imageShape : undefined;
  } catch {
    return undefined; // the measurement was not simulated, or not here
  }
}
