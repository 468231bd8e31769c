import { expect, it } from 'vitest';
import { misfitTo } from '../../problems/misfit.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { problemOf } from '../../problems/problem.js';
import { floatArray } from '../../src/core/array.js';

const row = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

it('is the squared distance in units of the noise, a value; what lies in holes does not count', async () => {
  const whole = diagonal([1, 1, 3], Float32Array.of(1, 1, 1));
  const noise = gaussianNoise(0.5);
  expect(await misfitTo(problemOf(whole, noise), row(0, 0, 0), row(1, 0.5, 0))).toBeCloseTo(
    (4 + 1 + 0) / 3,
    6,
  );
  const holed = { ...whole, observed: Float32Array.of(1, 0, 1) };
  expect(await misfitTo(problemOf(holed, noise), row(0, 0, 0), row(1, 9, 0))).toBeCloseTo(4 / 2, 6);
});
