/** Poisson–Gaussian noise: counted photons, then the noise of the electronics, y = gain·Poisson(clean/gain) + σ·n. */
import { z } from 'zod';
import { mapArray } from '../../src/core/array.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';
import { photonCounts } from './photon-counts.js';
import { photonLevels } from './photon-levels.js';
import { extendedLog, extendedLogSlope, poissonCount } from './poisson.js';

const options = z.strictObject({
  gain: z
    .number()
    .gt(0)
    .max(1)
    .describe('image units ([0, 1]) per counted photon: 1/100 counts 100 photons at white'),
  sigma: z.number().gt(0).max(1).describe('standard deviation of the read-out noise in [0, 1] image units'),
});

/**
 * p(y) = Σₖ Poisson(k; λ)·N(y; gain·k, σ²) with λ = clean/gain, over all counts. The gradient is (E[k | y]/λ −
 * 1)/gain. At dark values λ < 0.01 it goes on as Poisson noise does. A mixture of Gaussians and none itself: no
 * `variance`.
 */
export function poissonGaussianNoise(gain: number, sigma: number): NoiseModel {
  const logNormal = -0.5 * Math.log(2 * Math.PI * sigma * sigma);
  const precision = (gain / sigma) ** 2;
  const counts = photonCounts(sigma / gain);
  const logDensity = (clean: number, y: number) => {
    const [lambda, photons] = [clean / gain, y / gain];
    const theta = extendedLog(lambda) + photons * precision;
    return logNormal + counts.logSum(theta) - Math.max(lambda, 0) - 0.5 * precision * photons * photons;
  };
  return {
    name: 'poisson-gaussian',
    sample: (clean, random) =>
      mapArray(clean, (value) => gain * poissonCount(value / gain, random) + sigma * random.normal()),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) =>
      mapArray(clean, (value, i) => {
        const lambda = value / gain;
        const meanCount = counts.mean(extendedLog(lambda) + (y.data[i] / gain) * precision);
        return (meanCount * extendedLogSlope(lambda) - (lambda > 0 ? 1 : 0)) / gain;
      }),
    photonLevels: photonLevels(gain, sigma),
  };
}

export const poissonGaussian: NoiseFamily<typeof options> = {
  name: 'poisson-gaussian',
  summary: 'counted photons and the read-out noise of a camera',
  options,
  create({ gain, sigma }) {
    return poissonGaussianNoise(gain, sigma);
  },
};
