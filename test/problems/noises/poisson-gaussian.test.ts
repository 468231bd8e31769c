import { describe, expect, it } from 'vitest';
import { poissonGaussianNoise } from '../../../problems/noises/poisson-gaussian.js';
import { logGamma } from '../../../src/core/special.js';
import { expectGradient, vector } from './noise-checks.js';

describe('gradients of the log-likelihood', () => {
  it('poisson-gaussian, also where counts are few, many and impossible', () => {
    expectGradient(poissonGaussianNoise(1 / 8, 0.05), [0.1, 0.5, 0.4], [-0.1, 0.2, 1.5], 2 ** -9);
    expectGradient(poissonGaussianNoise(1 / 1000, 0.02), [0.2, 0.9], [0.25, 0.88], 2 ** -12);
    expectGradient(poissonGaussianNoise(1 / 8, 0.05), [-0.25, 0.0005], [0.4, 0.1], 2 ** -15);
  });
});

describe('poisson-gaussian', () => {
  it('is the sum over all counts', () => {
    // Photons, image units and read-out noise from less than a hundredth of a photon to many photons.
    for (const [gain, sigma] of [
      [0.1, 0.001],
      [0.1, 0.02],
      [0.1, 1],
      [0.01, 0.1],
    ]) {
      const noise = poissonGaussianNoise(gain, sigma);
      for (const clean of [0.02, 0.5, 0.96]) {
        for (const y of [-0.3, 0.1, 0.1501, 0.77, 1.4]) {
          const rate = Math.fround(clean) / gain;
          let sum = 0;
          for (let k = 0; k < 1000; k++) {
            const error = (Math.fround(y) - gain * k) / sigma;
            sum += Math.exp(k * Math.log(rate) - rate - logGamma(k + 1) - 0.5 * error * error);
          }
          const expected = Math.log(sum / (sigma * Math.sqrt(2 * Math.PI)));
          if (!Number.isFinite(expected)) continue; // the plain sum underflows far out
          expect(noise.logLikelihood(vector(clean), vector(y))).toBeCloseTo(expected, 7);
        }
      }
    }
  });

  it('stays finite far from anything likely', () => {
    const noise = poissonGaussianNoise(0.1, 0.001);
    for (const [clean, y] of [
      [0, 1],
      [-1, 0.5],
      [1, -1],
      [0.5, 0.55],
    ]) {
      expect(Number.isFinite(noise.logLikelihood(vector(clean), vector(y)))).toBe(true);
      expect(Number.isFinite(noise.gradient(vector(clean), vector(y)).data[0])).toBe(true);
    }
  });
});
