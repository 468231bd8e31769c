/** Log-Poisson noise: counted photons behind an absorber, as transmission tomography turns them into line integrals. */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { logGamma } from '../../src/core/special.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';
import { poissonCount } from './poisson.js';

const options = z.strictObject({
  photons: z.number().min(1e-3).max(1e15).default(1024).describe('photons N₀ counted where nothing absorbs'),
  mu: z
    .number()
    .min(1e-9)
    .max(1e9)
    .default(1 / 50)
    .describe('absorption µ per unit of the clean measurement: exp(−µ·clean) of the photons arrive'),
});

/** log λ/N₀ above which λ goes on as its tangent: 22,000 times the light that there is, where only solvers pass. */
const BRIGHTEST = 10;

/** A count of 0 has no logarithm and is written as half a photon; what is less than this was none. */
const NONE = 0.75;

/**
 * y = −log(k/N₀)/µ with k ~ Poisson(λ), λ = N₀·exp(−µ·clean); log p = k·log λ − λ − log k!, a probability of the
 * count k that y stands for (Lambert and Beer's law). The gradient is µ·(λ − k); a residual is (λ − k)/(µ·N₀), the
 * information being at most µ²·N₀, where nothing absorbs. Where λ would be 22,000 N₀ or more, it goes on as its
 * tangent and no longer grows in the gradient and the sampler, so that nothing overflows.
 */
export function logPoissonNoise(photons: number, mu: number): NoiseModel {
  const expected = (clean: number) => photons * Math.exp(Math.min(-mu * clean, BRIGHTEST));
  const counted = (y: number) => {
    const count = expected(y);
    return count < NONE ? 0 : count;
  };
  const missing = (clean: FloatArray, y: FloatArray, weight: number) =>
    mapArray(clean, (value, i) => (expected(value) - counted(y.data[i])) * weight);
  const logDensity = (clean: number, y: number) => {
    const count = counted(y);
    const exponent = -mu * clean;
    const light = expected(clean) * (1 + Math.max(0, exponent - BRIGHTEST));
    return count * (Math.log(photons) + exponent) - light - logGamma(count + 1);
  };
  return {
    name: 'log-poisson',
    sample: (clean, random) =>
      mapArray(clean, (value) => {
        const count = poissonCount(expected(value), random);
        return -Math.log(Math.max(count, 0.5) / photons) / mu;
      }),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) => missing(clean, y, mu),
    residual: (clean, y) => missing(clean, y, 1 / (mu * photons)),
  };
}

export const logPoisson: NoiseFamily<typeof options> = {
  name: 'log-poisson',
  summary: 'counted photons behind an absorber, given as line integrals',
  options,
  create({ photons, mu }) {
    return logPoissonNoise(photons, mu);
  },
};
