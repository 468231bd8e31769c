/** Poisson noise: photons are counted, y = gain·Poisson(clean/gain). */
import { z } from 'zod';
import { mapArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { logGamma } from '../../src/core/special.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';
import { photonLevels } from './photon-levels.js';

/**
 * Expected counts below which log λ goes on as its tangent. The true log-likelihood of a counted photon is −∞ at
 * λ ≤ 0, where solvers pass; with the tangent it stays finite and concave, and its gradient points back.
 */
const FLOOR = 0.01;

const options = z.strictObject({
  gain: z
    .number()
    .gt(0)
    .max(1)
    .describe('image units ([0, 1]) per counted photon: 1/100 counts 100 photons at white'),
});

/**
 * With k = y/gain counted and λ = clean/gain expected, log p = k·log λ − λ − log k!, a probability of the count k.
 * Below λ = 0.01 the logarithm goes on as its tangent, and below λ = 0 the term −λ as 0; the sampler takes max(λ, 0).
 * It is not Gaussian and declares no `variance`.
 */
export function poissonNoise(gain: number): NoiseModel {
  const logDensity = (clean: number, y: number) => {
    const [expected, count] = [clean / gain, y / gain];
    return count * extendedLog(expected) - Math.max(expected, 0) - logGamma(count + 1);
  };
  return {
    name: 'poisson',
    sample: (clean, random) => mapArray(clean, (value) => gain * poissonCount(value / gain, random)),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) =>
      mapArray(clean, (value, i) => {
        const expected = value / gain;
        return ((y.data[i] / gain) * extendedLogSlope(expected) - (expected > 0 ? 1 : 0)) / gain;
      }),
    photonLevels: photonLevels(gain),
  };
}

/** log λ, below 0.01 its tangent there. */
export function extendedLog(expected: number): number {
  return expected >= FLOOR ? Math.log(expected) : Math.log(FLOOR) + expected / FLOOR - 1;
}

/** The derivative of `extendedLog`. */
export function extendedLogSlope(expected: number): number {
  return 1 / Math.max(expected, FLOOR);
}

/** A draw from Poisson(λ); 0 for λ ≤ 0. */
export function poissonCount(lambda: number, random: Random): number {
  if (!(lambda > 0)) return 0;
  return lambda < 10 ? countBySearch(lambda, random) : countByRejection(lambda, random);
}

/** Inversion: the smallest k whose cumulative probability exceeds a uniform draw. */
function countBySearch(lambda: number, random: Random): number {
  let probability = Math.exp(-lambda);
  let left = random.uniform() - probability;
  let count = 0;
  while (left > 0 && count < 200) {
    probability *= lambda / ++count;
    left -= probability;
  }
  return count;
}

/** Hörmann, "The transformed rejection method for generating Poisson random variables" (1993), algorithm PTRS. */
function countByRejection(lambda: number, random: Random): number {
  const b = 0.931 + 2.53 * Math.sqrt(lambda);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = random.uniform();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + lambda + 0.43);
    if (distance >= 0.07 && v <= sure) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    const accept = Math.log((v * inverseAlpha) / (a / (distance * distance) + b));
    if (accept <= count * Math.log(lambda) - lambda - logGamma(count + 1)) return count;
  }
}

export const poisson: NoiseFamily<typeof options> = {
  name: 'poisson',
  summary: 'counted photons: the variance grows with the light',
  options,
  create: ({ gain }) => poissonNoise(gain),
};
