import { expect, it } from 'vitest';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { equalVariance, problemOf } from '../../problems/problem.js';
import { filled } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const operator = diagonal([1, 1, 3], Float32Array.of(1, 1, 1));

it('a problem of parts has their shapes, is named as told, and reports the image itself', () => {
  const problem = problemOf(operator, gaussianNoise(0.1), 'mine');
  expect(problem).toMatchObject({ name: 'mine', imageShape: [1, 1, 3], measurementShape: [1, 1, 3] });
  const x = filled([1, 1, 3], 1);
  expect(problem.report(x)).toBe(x);
  expect(problemOf(operator, gaussianNoise(0.1)).name).toBe('custom');
});

it('no noise is drawn in the holes that an operator leaves', () => {
  const { noise } = problemOf({ ...operator, observed: Float32Array.of(1, 0, 1) }, gaussianNoise(0.1));
  const y = noise.sample(filled([1, 1, 3], 0), keyedRandom(0, 'problem', 0)('y')).data;
  expect(y[1]).toBe(0);
  expect(y[0] * y[2]).not.toBe(0);
});

it('the variance of white Gaussian noise is one number, that of others none', () => {
  expect(equalVariance(problemOf(operator, gaussianNoise(0.1)))).toBeCloseTo(0.01, 12);
  expect(equalVariance(problemOf(operator, poissonNoise(0.1)))).toBeUndefined();
  const uneven = { ...gaussianNoise(0.1), variance: () => Float32Array.of(1, 2, 3) };
  expect(equalVariance(problemOf(operator, uneven))).toBeUndefined();
});
