import { describe, expect, it } from 'vitest';
import { stackNoise } from '../../../problems/algebra/stack.js';
import { devianceOf } from '../../../problems/noise.js';
import { laplaceNoise } from '../../../problems/noises/laplace.js';
import { uniformNoise } from '../../../problems/noises/uniform.js';
import { observedNoise } from '../../../problems/observed.js';
import { keyedRandom } from '../../../src/core/random.js';
import { constant, DRAWS, expectGradient, vector } from './noise-checks.js';

describe('gradients of the log-likelihood', () => {
  it('uniform: 0 within the width, towards it beyond, where the log-likelihood is −∞', () => {
    const noise = uniformNoise(0.25);
    expectGradient(noise, [0.1, 0.5], [0.3, 0.5], 2 ** -8);
    const beyond = noise.gradient(vector(0, 1), vector(0.5, 0.5)).data;
    expect([...beyond]).toEqual([12, -12]); // (0.5 − 0.25)/(0.25²/3)
    expect(noise.logLikelihood(vector(0), vector(0.5))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('uniform: its deviance is about 1 a value all the same, and finite beyond the width', () => {
    const noise = uniformNoise(0.25);
    const clean = constant(0.5);
    const y = noise.sample(clean, keyedRandom(0, 'deviance', 0)('uniform'));
    expect(devianceOf(noise, clean, y) / DRAWS).toBeCloseTo(1, 2);
    expect(devianceOf(noise, vector(0, 1), vector(0.5, 1))).toBe(12); // 0.5²/(0.25²/3)
    const seen = observedNoise(noise, Float32Array.of(0, 1));
    expect(devianceOf(seen, vector(0, 1), vector(0.5, 0.75))).toBe(3);
    const stacked = stackNoise([
      { noise, shape: [1] },
      { noise: laplaceNoise(0.1), shape: [1] },
    ]);
    expect(devianceOf(stacked, vector(0, 1), vector(0.5, 0.75))).toBeCloseTo(12 + 5, 5); // 2·0.25/0.1
  });
});
