import { expect, it } from 'vitest';
import { identity } from '../../../problems/restoration/denoise.js';
import { filled } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

it('the identity passes its own check and says what it is', async () => {
  const operator = identity([2, 3, 5]);
  await expectSound(operator);
  expect(operator).toMatchObject({ identity: true, pixelwise: true, norm: 1, rowScale: 1 });
});

it('gives a copy: what a solver does to the measurement leaves the image as it was', async () => {
  const x = filled([1, 2, 2], 0.5);
  const y = await identity(x.shape).apply(x);
  y.data.fill(9);
  expect([...x.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
});
