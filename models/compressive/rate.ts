/**
 * What codes cost, −log p in nats, with gradients (Ballé et al. 2018, arXiv 1802.01436; Minnen et al. 2018, arXiv
 * 1809.02736). In double precision: far from its mean a code's mass is below what float32 can hold.
 */
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { Law } from './law.js';

/** Nats of all codes together, and the gradient with respect to each of them. */
export interface Rate {
  readonly nats: number;
  readonly gradient: FloatArray;
}

/** Of codes given their means and scales, and the gradients with respect to these. */
interface ConditionalRate extends Rate {
  readonly ofMeans: FloatArray;
  readonly ofScales: FloatArray;
}

/**
 * z_i ~ a law of mean μ_i and scale s_i, convolved with U(−½, ½): the mass that the law gives to (z_i − ½, z_i + ½).
 * @param means @param scales of the shape of z; scales above 0.
 */
export function conditionalRate(
  z: FloatArray,
  means: FloatArray,
  scales: FloatArray,
  law: Law,
): ConditionalRate {
  let nats = 0;
  const [gradient, ofMeans, ofScales] = [zeros(z.shape), zeros(z.shape), zeros(z.shape)];
  for (let i = 0; i < z.data.length; i++) {
    const scale = scales.data[i];
    const offset = z.data[i] - means.data[i];
    // By symmetry both ends are taken where the lower is negative: there the difference of two masses is exact.
    const distance = Math.abs(offset);
    const upper = (0.5 - distance) / scale;
    const lower = (-0.5 - distance) / scale;
    const { logMass, atLower, atUpper } = law.between(lower, upper);
    nats -= logMass;
    const slope = (Math.sign(offset) * (atUpper - atLower)) / scale;
    gradient.data[i] = slope;
    ofMeans.data[i] = -slope;
    ofScales.data[i] = (upper * atUpper - lower * atLower) / scale;
  }
  return { nats, gradient, ofMeans, ofScales };
}

/** z ~ N(0, I) */
export function normalRate(z: FloatArray): Rate {
  let nats = 0.5 * z.size * Math.log(2 * Math.PI);
  for (const value of z.data) nats += 0.5 * value * value;
  return { nats, gradient: z };
}
