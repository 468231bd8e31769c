import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../problems/gaussian-noise.js';
import type { NoiseModel } from '../../problems/noise.js';
import { poissonNoise } from '../../problems/poisson-noise.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { logGamma } from '../../src/core/special.js';

const vector = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);
const constant = (value: number, count: number) => floatArray(new Float32Array(count).fill(value), [count]);
const DRAWS = 500_000;

/** Largest distance between two distribution functions, scaled so that it exceeds 1.95 once in a thousand times. */
function kolmogorov(sample: Float32Array, cumulative: (value: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  for (let i = 0; i < sorted.length; i++) {
    const expected = cumulative(sorted[i]);
    distance = Math.max(distance, (i + 1) / sorted.length - expected, expected - i / sorted.length);
  }
  return distance * Math.sqrt(sorted.length);
}

/** Pearson's statistic of counts against p(k), cells of fewer than 10 expected pooled, in standard deviations. */
function pearson(counts: Map<number, number>, probability: (k: number) => number, last: number): number {
  let [statistic, cells, pooledSeen, pooledExpected] = [0, 0, 0, 0];
  for (let k = 0; k <= last; k++) {
    pooledSeen += counts.get(k) ?? 0;
    pooledExpected += DRAWS * probability(k);
    if (pooledExpected < 10) continue;
    statistic += (pooledSeen - pooledExpected) ** 2 / pooledExpected;
    cells++;
    [pooledSeen, pooledExpected] = [0, 0];
  }
  return (statistic - (cells - 1)) / Math.sqrt(2 * (cells - 1));
}

/** Gradient against central differences of the log-likelihood at each value. */
function expectGradient(noise: NoiseModel, clean: number[], y: number[], step: number): void {
  const gradient = noise.gradient(vector(...clean), vector(...y));
  for (const [i, value] of clean.entries()) {
    const [above, below] = [Math.fround(value + step), Math.fround(value - step)];
    const at = (moved: number) => noise.logLikelihood(vector(moved), vector(y[i]));
    const difference = (at(above) - at(below)) / (above - below);
    expect(Math.abs(gradient.data[i] - difference)).toBeLessThan(1e-3 * (1 + Math.abs(difference)));
  }
}

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
