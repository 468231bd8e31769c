/** The samplers of counted photons, with draws enough that a wrong constant of the rejection shows. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { poissonCount, poissonNoise } from '../../../problems/noises/poisson.js';
import { keyedRandom } from '../../../src/core/random.js';
import { logGamma } from '../../../src/core/special.js';
import { constant, DRAWS, expectGradient, pearson, vector } from './noise-checks.js';

describe('poissonCount', () => {
  // Below 10 by search, from 10 on by rejection, whose constants are at their tightest there.
  it.each([0.05, 2, 9.99, 10, 11.3, 20, 75, 1000])('draws from Poisson(%d)', (lambda) => {
    const draws = lambda < 10 ? 200_000 : 1_000_000;
    const random = keyedRandom(4, 'poisson', 0)('draws', lambda);
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const count = poissonCount(lambda, random);
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    const last = Math.ceil(lambda + 12 * Math.sqrt(lambda) + 12);
    let [statistic, cells, seen, expected] = [0, 0, 0, 0];
    for (let k = 0; k <= last; k++) {
      seen += counts.get(k) ?? 0;
      expected += draws * Math.exp(k * Math.log(lambda) - lambda - logGamma(k + 1));
      if (expected < 10) continue;
      statistic += (seen - expected) ** 2 / expected;
      cells++;
      [seen, expected] = [0, 0];
    }
    // χ² with cells − 1 degrees of freedom, in standard deviations.
    expect((statistic - (cells - 1)) / Math.sqrt(2 * (cells - 1))).toBeLessThan(4);
  });

  it('is 0 where nothing is expected', () => {
    const random = keyedRandom(4, 'poisson', 0)('nothing');
    expect([0, -1, Number.NaN].map((lambda) => poissonCount(lambda, random))).toEqual([0, 0, 0]);
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

describe('poisson beside SciPy (test/fixtures/operators/make.py)', () => {
  const path = new URL('../../fixtures/operators/noise.json', import.meta.url);
  const cases: { count: number; rate: number; logpmf: number }[] = JSON.parse(
    readFileSync(path, 'utf8'),
  ).poisson;

  it.each(cases)('$count counted, $rate expected', ({ count, rate, logpmf }) => {
    for (const gain of [1, 2 ** -7]) {
      const found = poissonNoise(gain).logLikelihood(vector(gain * rate), vector(gain * count));
      // The rate is rounded to float32, which moves log p by |k − λ|·2⁻²⁴.
      expect(Math.abs(found - logpmf) / (1 + Math.abs(logpmf))).toBeLessThan(3e-7);
    }
  });
});
