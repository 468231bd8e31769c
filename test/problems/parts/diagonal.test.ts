import { expect, it } from 'vitest';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { floatArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

it('weighs every value; at weight 0 nothing passes, not even what is no number', async () => {
  const operator = diagonal([1, 1, 3], Float32Array.of(2, 0.5, 0));
  const x = floatArray(Float32Array.of(1, 4, Number.NaN), [1, 1, 3]);
  expect([...(await operator.apply(x)).data]).toEqual([2, 2, 0]);
  expect(operator).toMatchObject({ norm: 2, pixelwise: true });
});

it('passes its own check, with and without zeros', async () => {
  await expectSound(diagonal([1, 2, 3], Float32Array.of(2, 0.5, 0, 1, 0, 3)));
  await expectSound(diagonal([6], Float32Array.of(2, 0.5, 0.1, 1, 1, 3)));
});

it('refuses an array of another size', () => {
  const operator = diagonal([1, 1, 2], Float32Array.of(1, 1));
  expect(() => operator.apply(floatArray(Float32Array.of(1), [1, 1, 1]))).toThrow(
    'expected an array of shape',
  );
});
