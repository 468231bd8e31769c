/** Log-Poisson noise: counted photons behind an absorber, as transmission tomography turns them into line integrals. */
import { z } from 'zod';
import { mapArray } from '../src/core/array.js';
import { logGamma } from '../src/core/special.js';
import type { NoiseFamily } from './family.js';
import type { NoiseModel } from './noise.js';
import { poissonCount } from './poisson-noise.js';

const options = z.strictObject({
  photons: z.number().gt(0).default(1024).describe('photons N₀ counted where nothing absorbs'),
  mu: z
    .number()
    .gt(0)
    .default(1 / 50)
    .describe('absorption µ per unit of the clean measurement: exp(−µ·clean) of the photons arrive'),
});

/** A count of 0 has no logarithm and is written as half a photon; what is less than this was none. */
const NONE = 0.75;

/**
 * y = −log(k/N₀)/µ with k ~ Poisson(λ), λ = N₀·exp(−µ·clean); log p = k·log λ − λ − log k!, a probability of the count k
 * that y stands for (Lambert and Beer's law). The gradient is µ·(λ − k), smooth everywhere.
 */
export function logPoissonNoise(photons: number, mu: number): NoiseModel {
  const expected = (clean: number) => photons * Math.exp(-mu * clean);
  const counted = (y: number) => {
    const count = expected(y);
    return count < NONE ? 0 : count;
  };
  return {
    name: 'log-poisson',
    sample: (clean, random) =>
      mapArray(clean, (value) => {
        const count = poissonCount(expected(value), random);
        return -Math.log(Math.max(count, 0.5) / photons) / mu;
      }),
    logLikelihood(clean, y) {
      let sum = 0;
      for (let i = 0; i < y.data.length; i++) {
        const count = counted(y.data[i]);
        const logExpected = Math.log(photons) - mu * clean.data[i];
        sum += count * logExpected - Math.exp(logExpected) - logGamma(count + 1);
      }
      return sum;
    },
    gradient: (clean, y) => mapArray(clean, (value, i) => mu * (expected(value) - counted(y.data[i]))),
  };
}

export const logPoisson: NoiseFamily = {
  name: 'log-poisson',
  summary: 'counted photons behind an absorber, given as line integrals',
  options,
  create(given) {
    const { photons, mu } = options.parse(given);
    return logPoissonNoise(photons, mu);
  },
};
