import { describe, expect, it } from 'vitest';
import { ricianNoise } from '../../../problems/noises/rician.js';
import { expectGradient, vector } from './noise-checks.js';

describe('gradients of the log-likelihood', () => {
  it('rician: odd in the clean value', () => {
    expectGradient(ricianNoise(0.1), [0.1, 0.5, 0.9, -0.4], [0.2, 0.1, 0.9, 0.5], 2 ** -9);
    const noise = ricianNoise(0.01); // arguments of the Bessel function up to 1e4
    expectGradient(noise, [0.9, 0.3], [0.95, 0.28], 2 ** -12);
    expect(noise.logLikelihood(vector(-0.3), vector(0.28))).toBe(
      noise.logLikelihood(vector(0.3), vector(0.28)),
    );
  });
});
