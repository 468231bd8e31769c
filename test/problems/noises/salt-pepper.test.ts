import { describe, expect, it } from 'vitest';
import type { NoiseModel } from '../../../problems/noise.js';
import { saltPepperNoise } from '../../../problems/noises/salt-pepper.js';
import { keyedRandom } from '../../../src/core/random.js';
import { constant, cumulativeOf, DRAWS, densityOf, expectGradient, kolmogorov } from './noise-checks.js';

const draw = (noise: NoiseModel, clean: number) =>
  noise.sample(constant(clean), keyedRandom(3, 'draw', 0)(noise.name, clean)).data;

describe('gradients of the log-likelihood', () => {
  it('salt-pepper: 0 at exactly 0 and 1, which say nothing of the image; Gaussian elsewhere', () => {
    expectGradient(saltPepperNoise(0.3, 0.5, 0.1), [0.2, 0.9, 0.4, 0.4], [0, 1, 0.35, 0.999], 2 ** -8);
  });
});

describe('salt-pepper', () => {
  const noise = saltPepperNoise(0.3, 0.2, 0.1);
  const density = densityOf(noise, 0.4);
  // The grid's midpoints are neither 0 nor 1, where the masses are.
  const cumulative = cumulativeOf(density, -0.3, 1.1);

  it('has masses at 0 and 1, a density elsewhere, 1 in all', () => {
    expect(density(0)).toBeCloseTo(0.24, 12);
    expect(density(1)).toBeCloseTo(0.06, 12);
    expect(cumulative(1.1)).toBeCloseTo(0.7, 5);
  });

  it('is drawn from them', () => {
    const sample = draw(noise, 0.4);
    const count = (value: number) => sample.reduce((sum, y) => sum + (y === value ? 1 : 0), 0);
    const deviations = (value: number, p: number) =>
      Math.abs(count(value) - DRAWS * p) / Math.sqrt(DRAWS * p * (1 - p));
    expect(deviations(0, 0.24)).toBeLessThan(3.5);
    expect(deviations(1, 0.06)).toBeLessThan(3.5);
    const kept = sample.filter((y) => y !== 0 && y !== 1);
    expect(kolmogorov(kept, (y) => cumulative(y) / 0.7)).toBeLessThan(1.95);
  });
});
