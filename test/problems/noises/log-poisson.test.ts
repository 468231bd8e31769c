import { describe, expect, it } from 'vitest';
import type { NoiseModel } from '../../../problems/noise.js';
import { logPoissonNoise } from '../../../problems/noises/log-poisson.js';
import { keyedRandom } from '../../../src/core/random.js';
import { constant, densityOf, expectGradient, pearson, vector } from './noise-checks.js';

const draw = (noise: NoiseModel, clean: number) =>
  noise.sample(constant(clean), keyedRandom(3, 'draw', 0)(noise.name, clean)).data;

describe('gradients of the log-likelihood', () => {
  it('log-poisson, where nothing was counted as well', () => {
    const none = -Math.log(0.5 / 1000) / 0.1;
    expectGradient(logPoissonNoise(1000, 0.1), [3, 40, 70, -1], [5, 37, none, 0.5], 2 ** -8);
  });

  it('log-poisson, where there is far more light than the source gives', () => {
    const noise = logPoissonNoise(1000, 0.1);
    expectGradient(noise, [-99, -101, -250], [5, 37, 0], 2 ** -8);
    for (const clean of [-1e4, -1e30]) {
      expect(Number.isFinite(noise.logLikelihood(vector(clean), vector(3)))).toBe(true);
      expect(noise.gradient(vector(clean), vector(3)).data[0]).toBeCloseTo(0.1 * (1000 * Math.exp(10)), -3);
      const y = noise.sample(vector(clean), keyedRandom(0, '', 0)('bright')).data[0];
      expect(y).toBeCloseTo(-100, 1);
    }
  });
});

describe('log-poisson', () => {
  // At line integral 60 only 2.5 of 1000 photons are expected, and often none arrives.
  it.each([0, 30, 60])('is a probability of counts and drawn from it at line integral %d', (clean) => {
    const [photons, mu] = [1000, 0.1];
    const noise = logPoissonNoise(photons, mu);
    const measured = (count: number) => -Math.log(Math.max(count, 0.5) / photons) / mu;
    const p = (count: number) => densityOf(noise, clean)(measured(count));
    let mass = 0;
    for (let k = 0; k <= 1400; k++) mass += p(k);
    expect(mass).toBeCloseTo(1, 4);
    const counts = new Map<number, number>();
    for (const y of draw(noise, clean)) {
      const count = Math.floor(photons * Math.exp(-mu * y) + 0.01);
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    expect(pearson(counts, p, 1400)).toBeLessThan(3.5);
  });
});
