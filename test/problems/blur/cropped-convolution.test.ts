import { expect, it } from 'vitest';
import { validPart, zeroPadded } from '../../../problems/blur/cropped-convolution.js';
import { circularConvolution } from '../../../problems/parts/convolution.js';
import type { ImageShape } from '../../../problems/parts/planes.js';
import { expectSound, matrixOf } from '../sound.js';

/** Without symmetry: convolution turns it round. */
const kernel = { height: 1, width: 3, data: Float32Array.of(0.5, 0.3, 0.2) };
const periodic = (shape: ImageShape) => circularConvolution(shape, kernel);

async function expectRows(rows: Promise<Float64Array[]>, expected: readonly number[][]) {
  const found = await rows;
  expect(found.length).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(found[i][j]).toBeCloseTo(value, 6);
  }
}

it('zero: the light that leaves the image is lost, and none comes in', async () => {
  await expectRows(matrixOf(zeroPadded([1, 1, 4], kernel, periodic)), [
    [0.3, 0.5, 0, 0],
    [0.2, 0.3, 0.5, 0],
    [0, 0.2, 0.3, 0.5],
    [0, 0, 0.2, 0.3],
  ]);
});

it('valid: only the pixels whose kernel lies within the image', async () => {
  await expectRows(matrixOf(validPart([1, 1, 4], kernel, periodic)), [
    [0.2, 0.3, 0.5, 0],
    [0, 0.2, 0.3, 0.5],
  ]);
});

it('valid goes down columns as it goes along rows', async () => {
  const upright = { height: 3, width: 1, data: kernel.data };
  const blur = validPart([1, 4, 1], upright, (shape) => circularConvolution(shape, upright));
  await expectRows(matrixOf(blur), [
    [0.2, 0.3, 0.5, 0],
    [0, 0.2, 0.3, 0.5],
  ]);
});

it('both pass the check of operators, whose norm bounds them', async () => {
  await expectSound(zeroPadded([2, 5, 7], kernel, periodic));
  await expectSound(validPart([2, 5, 7], kernel, periodic));
});
