import { describe, expect, it } from 'vitest';
import { ricianNoise } from '../../../problems/noises/rician.js';
import { speckleNoise } from '../../../problems/noises/speckle.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectGradient, vector } from './noise-checks.js';

describe('gradients of the log-likelihood', () => {
  it('speckle, below its floor as well', () => {
    expectGradient(speckleNoise(4), [0.1, 0.5, 0.9], [0.2, 0.1, 0.9], 2 ** -11);
    expectGradient(speckleNoise(4), [-0.25, 0.0004, -0.1], [0.2, 0.001, 0], 2 ** -14);
    // A measured black pixel never calls for less than no light, however far a chain has strayed.
    const noise = speckleNoise(4);
    const atFloor = noise.logLikelihood(vector(0.001), vector(0));
    expect(noise.logLikelihood(vector(-0.5), vector(0))).toBeCloseTo(atFloor, 5);
    expect(noise.gradient(vector(-0.5), vector(0)).data[0]).toBe(0);
  });
});

describe('speckle and rician', () => {
  it.each([speckleNoise(4), ricianNoise(0.1)])('take a measured 0, refuse what is negative: %o', (noise) => {
    expect(Number.isFinite(noise.logLikelihood(vector(0), vector(0)))).toBe(true);
    expect(noise.logLikelihood(vector(0.5), vector(-0.01))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('black is drawn as black', () => {
    const random = keyedRandom(0, '', 0)('x');
    expect([...speckleNoise(4).sample(vector(0, -0.1), random).data]).toEqual([0, 0]);
  });
});
