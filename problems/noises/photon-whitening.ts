/**
 * Counted photons as Gaussian noise of the same variance, for solvers that know no other: the levels of `whitening`
 * (problems/noise.ts). From about ten photons a value on, the two can hardly be told apart.
 */
import { type FloatArray, floatArray, sizeOf } from '../../src/core/array.js';
import type { NoiseModel } from '../noise.js';

/** A variance below that of this many photons is not believed where none or few were counted. */
const LEAST_PHOTONS = 0.5;

/** @param gain image units per photon. @param sigma standard deviation of the read-out noise in image units. */
export function photonWhitening(gain: number, sigma = 0): NonNullable<NoiseModel['whitening']> {
  return ({ data, shape }: FloatArray) => ({
    covariance: {
      eigenvalues: new Float32Array(sizeOf(shape)).fill(1),
      toSpectrum: (x) => floatArray(x.data, [x.size]),
      fromSpectrum: (u) => floatArray(u.data, shape),
    },
    levels: data.map((clean) => Math.sqrt(gain * Math.max(clean, LEAST_PHOTONS * gain) + sigma * sigma)),
  });
}
