import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { keyedRandom } from '../../src/core/random.js';
import { logGamma, scaledBesselI } from '../../src/core/special.js';
import { constant, DRAWS, expectGradient, kolmogorov, pearson, vector } from './noises/noise-checks.js';

describe('gaussian', () => {
  const sigma = 0.3;
  const noise = gaussianNoise(sigma);
  const density = (y: number) => Math.exp(noise.logLikelihood(vector(0.5), vector(y)));

  it('has a density of mass 1, mean clean and variance σ²', () => {
    let [mass, mean, square] = [0, 0, 0];
    const step = 2 ** -9;
    for (let y = 0.5 - 8 * sigma; y < 0.5 + 8 * sigma; y += step) {
      mass += step * density(y);
      mean += step * density(y) * (y - 0.5);
      square += step * density(y) * (y - 0.5) ** 2;
    }
    expect(mass).toBeCloseTo(1, 5);
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(sigma ** 2, 5);
    expect(noise.variance?.(vector(0.5))).toBe(sigma ** 2);
  });

  it('is drawn from its density', () => {
    const sample = noise.sample(constant(0.5, DRAWS), keyedRandom(1, 'ks', 0)('gaussian')).data;
    const cells = 4000;
    const cumulative = [0];
    for (let i = 0; i < cells; i++) {
      cumulative.push(
        cumulative[i] + (density(0.5 + sigma * (16 * ((i + 0.5) / cells) - 8)) * (16 * sigma)) / cells,
      );
    }
    const at = (y: number) => cumulative[Math.round(((y - 0.5) / sigma + 8) * (cells / 16))];
    expect(kolmogorov(sample, at)).toBeLessThan(1.95);
  });

  it('has the gradient of its log-likelihood', () => {
    expectGradient(noise, [0.1, -0.4, 0.9], [0.3, 0.2, 1.4], 2 ** -8);
  });

  it('sums over values', () => {
    const together = noise.logLikelihood(vector(0.1, 0.9), vector(0.3, 1.4));
    const apart =
      noise.logLikelihood(vector(0.1), vector(0.3)) + noise.logLikelihood(vector(0.9), vector(1.4));
    expect(together).toBeCloseTo(apart, 10);
  });
});

describe('poisson', () => {
  const gain = 2 ** -6;
  const noise = poissonNoise(gain);
  const probability = (rate: number) => (k: number) =>
    Math.exp(noise.logLikelihood(vector(rate * gain), vector(k * gain)));

  // Both samplers: below and above 10 expected counts.
  it.each([0.25, 3, 9.5, 10.5, 60, 900])('is a probability and drawn from it at rate %d', (rate) => {
    const last = Math.ceil(rate + 12 * Math.sqrt(rate) + 12);
    const p = probability(rate);
    let [mass, mean, square] = [0, 0, 0];
    for (let k = 0; k <= last; k++) {
      mass += p(k);
      mean += p(k) * k;
      square += p(k) * (k - rate) ** 2;
    }
    expect(mass).toBeCloseTo(1, 6);
    expect(mean / rate).toBeCloseTo(1, 6);
    expect(square / rate).toBeCloseTo(1, 6);

    const sample = noise.sample(constant(rate * gain, DRAWS), keyedRandom(2, 'chi', 0)('poisson', rate)).data;
    const counts = new Map<number, number>();
    for (const value of sample) counts.set(value / gain, (counts.get(value / gain) ?? 0) + 1);
    expect([...counts.keys()].every((k) => Number.isInteger(k) && k >= 0 && k <= last)).toBe(true);
    expect(pearson(counts, p, last)).toBeLessThan(3.5);
  });

  it('has the gradient of its log-likelihood, below the floor as well', () => {
    expectGradient(noise, [0.1, 0.5, 0.9, 0.2], [7 * gain, 32 * gain, 0, 3 * gain], 2 ** -11);
    expectGradient(noise, [-0.25, 0.001 * gain, -0.25], [3 * gain, 2 * gain, 0], 2 ** -18);
  });

  it('stays finite and is drawn as 0 where nothing is expected', () => {
    expect(noise.logLikelihood(vector(-0.1), vector(0))).toBe(0);
    expect(Number.isFinite(noise.logLikelihood(vector(0), vector(5 * gain)))).toBe(true);
    expect(noise.gradient(vector(-0.1), vector(gain)).data[0]).toBeGreaterThan(0);
    expect([...noise.sample(vector(-0.1, 0), keyedRandom(0, '', 0)('x')).data]).toEqual([0, 0]);
  });

  it('is not taken for Gaussian', () => {
    expect(noise.variance).toBeUndefined();
  });
});

describe('logGamma', () => {
  it('is log (n − 1)! at whole numbers and ½ log π at ½', () => {
    for (let n = 1, factorial = 0; n < 200; factorial += Math.log(n++)) {
      expect(Math.abs(logGamma(n) - factorial)).toBeLessThan(2e-13 * (1 + factorial));
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
    expect(logGamma(3.7)).toBeCloseTo(1.428072326665388, 13);
  });
});

describe('scaledBesselI', () => {
  // scipy.special.i0e and i1e, SciPy 1.x.
  it.each([
    [0, 1, 0],
    [0.1, 0.9071009257823011, 0.045298446808809324],
    [1, 0.46575960759364043, 0.2079104153497085],
    [5, 0.18354081260932834, 0.16397226694454234],
    [29.9, 0.07326921904600191, 0.0720333749118688],
    [30.1, 0.07302329413106094, 0.07179985435101434],
    [200, 0.028227159949111912, 0.028156503394832916],
    [1e5, 0.0012615678379767766, 0.001261561530121817],
  ])("is SciPy's at %d", (x, zeroth, first) => {
    expect(Math.abs(scaledBesselI(0, x) - zeroth)).toBeLessThanOrEqual(1e-13 * zeroth);
    expect(Math.abs(scaledBesselI(1, x) - first)).toBeLessThanOrEqual(1e-13 * first);
  });
});
