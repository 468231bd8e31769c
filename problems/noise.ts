/** What a solver may ask of a noise model (DESIGN §2): the true likelihood, never a silent least squares. */
import type { FloatArray } from '../src/core/array.js';
import type { Random } from '../src/core/random.js';

export interface NoiseModel {
  readonly name: string;
  /** Draws y given the clean measurement A(x). */
  sample(clean: FloatArray, random: Random): FloatArray;
  /** log p(y | clean), normalised, in nats. */
  logLikelihood(clean: FloatArray, y: FloatArray): number;
  /** Gradient of `logLikelihood` with respect to the clean measurement. */
  gradient(clean: FloatArray, y: FloatArray): FloatArray;
  /** Variance of every measured value where the noise is (conditionally) Gaussian: a number when all are equal. */
  variance?(clean: FloatArray): number | Float32Array;
  /** This noise on the values that are not holes, where its parts differ by place; else `observedNoise` makes it. */
  observing?(observed: Float32Array): NoiseModel;
}
