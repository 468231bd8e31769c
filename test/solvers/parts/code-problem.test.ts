import { expect, it } from 'vitest';
import { isLinear } from '../../../problems/operator.js';
import { codeProblem } from '../../../solvers/parts/code-problem.js';
import { latentImages } from '../../../solvers/parts/latent-images.js';
import { floatArray } from '../../../src/core/array.js';
import {
  A,
  CODE_SHAPE,
  IMAGE_SHAPE,
  measured,
  prior,
  task,
  times,
  transposed,
  W,
} from '../latent/linear-codes.js';

it('measures what a code decodes to, and is no longer linear', async () => {
  const { problem } = task;
  const of = codeProblem(problem, latentImages(prior, IMAGE_SHAPE));
  expect(of.imageShape).toEqual(CODE_SHAPE);
  expect(of.noise).toBe(problem.noise);
  expect(isLinear(of.operator)).toBe(false);
  const code = floatArray(Float32Array.of(0.3, -1.2), CODE_SHAPE);
  const { value, pullback } = await of.operator.linearize(code);
  const applied = await of.operator.apply(code);
  measured(code.data).forEach((expected, i) => {
    expect(value.data[i]).toBeCloseTo(expected, 6);
    expect(applied.data[i]).toBeCloseTo(expected, 6);
  });
  const v = [0.7, -0.2];
  const pulled = await pullback(floatArray(Float32Array.from(v), [2]));
  times(transposed(W), times(transposed(A), v)).forEach((expected, i) => {
    expect(pulled.data[i]).toBeCloseTo(expected, 6);
  });
  expect(of.report(code)).toBe(code);
});
