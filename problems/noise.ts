/** What a solver may ask of a noise model (ARCHITECTURE.md §2): the true likelihood, never a silent least squares. */
import { requireFunctions, requireNoise } from '../src/core/arguments.js';
import type { FloatArray } from '../src/core/array.js';
import type { Random } from '../src/core/random.js';
import { difference } from '../src/core/vector.js';
import type { OctaveCovariance } from './parts/octave-covariance.js';

/** log p(y | clean) of one value. */
export type LogDensity = (clean: number, y: number) => number;

/** A noise: how y is drawn given the clean measurement A(x), and the likelihood of y. */
export interface NoiseModel {
  readonly name: string;
  /** Draws y given the clean measurement A(x). */
  sample(clean: FloatArray, random: Random): FloatArray;
  /** log p of one measured value, in nats, where each is noisy by itself; −∞ only where it cannot be measured. */
  readonly logDensity?: LogDensity;
  /** log p(y | clean), normalised, in nats. */
  logLikelihood(clean: FloatArray, y: FloatArray): number;
  /** Gradient of `logLikelihood` with respect to the clean measurement. */
  gradient(clean: FloatArray, y: FloatArray): FloatArray;
  /** Variance of every measured value where the noise is (conditionally) Gaussian: a number when all are equal. */
  variance?(clean: FloatArray): number | Float32Array;
  /**
   * What stands for the deviance 2·(log p(y | y) − log p(y | clean)) where that is infinite or says nothing: it too is
   * about 1 for each value of a y drawn from the model.
   */
  deviance?(clean: FloatArray, y: FloatArray): number;
  /**
   * What y says of the clean value, in its units: the gradient over the information of a value (Fisher scoring), or
   * over the largest where it may vanish. Zero on average where `clean` is true. Absent where that is y − clean.
   */
  residual?(clean: FloatArray, y: FloatArray): FloatArray;
  /** Of noise with a Gaussian grain: its covariance of channels by octave, see `correlated`; one where it is white. */
  readonly octaves?: readonly (readonly number[])[];
  /**
   * Of noise that is Gaussian given the clean measurement, but not independent from value to value: it is `levels`, by
   * value or for all, times noise of this covariance. `problems/whitened.ts` makes white noise of it.
   */
  whitening?(clean: FloatArray): {
    readonly covariance: OctaveCovariance;
    readonly levels: number | Float32Array;
  };
  /**
   * Of counted photons, which are no Gaussian noise: the standard deviation of each value, for solvers that take it for
   * one all the same.
   */
  photonLevels?(clean: FloatArray): Float32Array;
  /** This noise on the values that are not holes, where its parts differ by place; else `observedNoise` makes it. */
  observing?(observed: Float32Array): NoiseModel;
}

/**
 * `logLikelihood` where each value is noisy by itself.
 * @example
 * ```ts
 * import { floatArray, sumOf } from 'retrodict/problem';
 *
 * const logLikelihood = sumOf((clean, y) => -((y - clean) ** 2) / 2 - Math.log(2 * Math.PI) / 2);
 * console.log(logLikelihood(floatArray(Float32Array.of(0), [1]), floatArray(Float32Array.of(1), [1])));
 * ```
 */
export function sumOf(logDensity: LogDensity): NoiseModel['logLikelihood'] {
  requireFunctions({ logDensity });
  return (clean, y) => {
    let sum = 0;
    for (let i = 0; i < y.data.length; i++) sum += logDensity(clean.data[i], y.data[i]);
    return sum;
  };
}

/**
 * How far y is from what is expected of it: 0 at best, about 1 for each value of a y drawn from the model.
 * @example
 * ```ts
 * import { bind, problem, zeros } from 'retrodict';
 * import { devianceOf } from 'retrodict/solver';
 *
 * const { noise } = bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: [1, 8, 8] });
 * console.log(devianceOf(noise, zeros([1, 8, 8]), zeros([1, 8, 8]))); // 0: y is what was expected
 * ```
 */
export function devianceOf(noise: NoiseModel, clean: FloatArray, y: FloatArray): number {
  requireNoise(noise);
  if (noise.deviance) return noise.deviance(clean, y);
  return 2 * (noise.logLikelihood(y, y) - noise.logLikelihood(clean, y));
}

/**
 * How far y pulls each clean value: see `NoiseModel.residual`.
 * @example
 * ```ts
 * import { noises } from 'retrodict';
 * import { filled, residualOf } from 'retrodict/solver';
 *
 * const noise = noises.poisson.create({ gain: 1 / 500 });
 * console.log(residualOf(noise, filled([1, 8, 8], 0.5), filled([1, 8, 8], 0.6)).data);
 * ```
 */
export function residualOf(noise: NoiseModel, clean: FloatArray, y: FloatArray): FloatArray {
  requireNoise(noise);
  return noise.residual ? noise.residual(clean, y) : difference(y, clean);
}
