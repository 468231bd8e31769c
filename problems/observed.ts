/** Measurements with holes (`operator.observed`): what lies there is no data, whatever a file has there. */
import { requireOperator } from '../src/core/arguments.js';
import {
  type FloatArray,
  floatArray,
  formatShape,
  mapArray,
  type Shape,
  sameShape,
  sizeOf,
} from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { type NoiseModel, residualOf } from './noise.js';
import type { ForwardOperator } from './operator.js';

/**
 * The measurement as solvers take it: zero in holes.
 * @throws UsageError when it has not the operator's shape.
 */
export function zeroHoles(measurement: FloatArray, { outputShape, observed }: ForwardOperator): FloatArray {
  if (!sameShape(measurement.shape, outputShape)) {
    throw new UsageError(
      `the measurement has shape ${formatShape(measurement.shape)}, but the problem's is ${formatShape(outputShape)}`,
    );
  }
  if (observed === undefined) return measurement;
  return mapArray(measurement, (value, i) => (observed[i] === 0 ? 0 : value));
}

/**
 * How many measured values depend on the image: all but those in holes.
 * @example
 * ```ts
 * import { bind, problem } from 'retrodict';
 * import { countObserved } from 'retrodict/solver';
 *
 * const { operator } = bind(problem('inpaint:box=2:2:4:4', 'gaussian:sigma=0.01'), { imageShape: [3, 16, 16] });
 * console.log(countObserved(operator));
 * ```
 */
export function countObserved(operator: ForwardOperator): number {
  requireOperator(operator);
  const { outputShape, observed } = operator;
  return observed ? observed.reduce((count, seen) => count + seen, 0) : sizeOf(outputShape);
}

/** Noise on the observed values only: the others hold 0, whatever the image, and say nothing about it. */
export function observedNoise(noise: NoiseModel, observed: Float32Array): NoiseModel {
  if (noise.observing) return noise.observing(observed);
  const seen = Int32Array.from(observed.keys()).filter((i) => observed[i] !== 0);
  const gather = (x: FloatArray) => {
    const data = new Float32Array(seen.length);
    for (let k = 0; k < seen.length; k++) data[k] = x.data[seen[k]];
    return floatArray(data, [seen.length]);
  };
  const scatter = (values: ArrayLike<number>, shape: Shape) => {
    const data = new Float32Array(observed.length);
    for (let k = 0; k < seen.length; k++) data[seen[k]] = values[k];
    return floatArray(data, shape);
  };
  return {
    name: noise.name,
    sample: (clean, random) => scatter(noise.sample(gather(clean), random).data, clean.shape),
    logDensity: noise.logDensity,
    logLikelihood: (clean, y) => noise.logLikelihood(gather(clean), gather(y)),
    gradient: (clean, y) => scatter(noise.gradient(gather(clean), gather(y)).data, clean.shape),
    residual: (clean, y) => scatter(residualOf(noise, gather(clean), gather(y)).data, clean.shape),
    variance: noise.variance && ((clean) => noise.variance!(clean)),
    deviance: noise.deviance && ((clean, y) => noise.deviance!(gather(clean), gather(y))),
  };
}
