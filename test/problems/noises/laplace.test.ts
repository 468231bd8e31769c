import { describe, expect, it } from 'vitest';
import { laplaceNoise } from '../../../problems/noises/laplace.js';
import { expectGradient, vector } from './noise-checks.js';

describe('gradients of the log-likelihood', () => {
  it('laplace: ±1/b, 0 where the error is 0', () => {
    expectGradient(laplaceNoise(0.1), [0.1, 0.9, -0.2], [0.3, 0.2, 1.4], 2 ** -8);
    expect(laplaceNoise(0.1).gradient(vector(0.5), vector(0.5)).data[0]).toBe(0);
  });
});
