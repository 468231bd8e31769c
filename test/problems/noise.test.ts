import { expect, it } from 'vitest';
import { devianceOf, residualOf, sumOf } from '../../problems/noise.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { floatArray } from '../../src/core/array.js';

const row = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);
const gaussian = gaussianNoise(0.5);
const [clean, y] = [row(0, 1), row(1, 0.5)];

it('a sum of densities is over the values, each with its own expectation', () => {
  expect(sumOf((expected, found) => 10 * expected + found)(clean, y)).toBe(1 + 10.5);
});

it('the deviance of Gaussian noise is the squared distance in units of σ', () => {
  expect(devianceOf(gaussian, clean, y)).toBeCloseTo((1 / 0.5) ** 2 + (0.5 / 0.5) ** 2, 10);
  expect(devianceOf(gaussian, y, y)).toBe(0);
});

it('a noise may say for itself what stands for deviance and residual', () => {
  const own = { ...gaussian, deviance: () => 7, residual: () => row(8, 9) };
  expect(devianceOf(own, clean, y)).toBe(7);
  expect([...residualOf(own, clean, y).data]).toEqual([8, 9]);
});

it('a residual is y − clean where the noise says nothing else', () => {
  expect([...residualOf({ ...gaussian, residual: undefined }, clean, y).data]).toEqual([1, -0.5]);
});
