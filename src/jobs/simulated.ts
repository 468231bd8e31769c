/** What `simulate` writes beside a measurement, so that `restore` knows the image where the measurement does not tell. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { bind } from '../../problems/index.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { type Shape, sameShape } from '../core/array.js';

/** The JSON object beside a measurement. */
export function describeSimulation({ imageShape, measurementShape, operator, spec }: Problem) {
  return { version: 1, imageShape, measurementShape, field: operator.field, problem: spec };
}

/**
 * The problem of a measurement in a file, with the image that it was simulated of if that is said beside it and fits; else
 * with the image that its shape tells.
 * @throws UsageError where no image fits.
 */
export async function bindMeasurement(
  path: string,
  measurementShape: Shape,
  spec: ProblemSpec,
  context: Parameters<typeof bind>[2],
): Promise<Problem> {
  const imageShape = await simulatedShape(path);
  if (imageShape) {
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
    const text = await readFile(`${path.slice(0, -extname(path).length)}.json`, 'utf8');
    const { version, imageShape } = JSON.parse(text);
    const whole =
      Array.isArray(imageShape) && imageShape.every((extent) => Number.isInteger(extent) && extent > 0);
    return version === 1 && whole ? imageShape : undefined;
  } catch {
    return undefined; // the measurement was not simulated, or not here
  }
}
