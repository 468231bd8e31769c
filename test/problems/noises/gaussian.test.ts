import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { keyedRandom } from '../../../src/core/random.js';
import { constant, DRAWS, expectGradient, kolmogorov, vector } from './noise-checks.js';

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

describe('gaussian beside SciPy (test/fixtures/operators/make.py)', () => {
  const path = new URL('../../fixtures/operators/noise.json', import.meta.url);
  const cases: { y: number; clean: number; sigma: number; logpdf: number }[] = JSON.parse(
    readFileSync(path, 'utf8'),
  ).gaussian;

  it.each(cases)('$y from $clean ± $sigma', ({ y, clean, sigma, logpdf }) => {
    const found = gaussianNoise(sigma).logLikelihood(vector(clean), vector(y));
    expect(Math.abs(found - logpdf) / (1 + Math.abs(logpdf))).toBeLessThan(1e-6);
  });
});
