import { expect, it } from 'vitest';
import { powerBeyond } from '../../../problems/blur/power-beyond.js';
import { circularConvolution } from '../../../problems/parts/convolution.js';
import type { ImageShape } from '../../../problems/parts/planes.js';
import { floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const random = keyedRandom(0, 'power-beyond', 0);

it.each([
  ['a small kernel', [40, 48], { height: 3, width: 5 }, { top: 2, left: 3, height: 36, width: 42 }],
  [
    'one that reaches all of the plane',
    [20, 24],
    { height: 9, width: 9 },
    { top: 5, left: 9, height: 6, width: 7 },
  ],
] as const)('is the power of the whole plane, of %s', async (_, [rows, columns], extent, window) => {
  const kernel = { ...extent, data: random('kernel').normals([extent.height * extent.width]).data };
  const periodic = (shape: ImageShape) => circularConvolution(shape, kernel);
  const outside = (place: number) => {
    const [y, x] = [Math.floor(place / columns) - window.top, (place % columns) - window.left];
    return y < 0 || y >= window.height || x < 0 || x >= window.width;
  };
  const places = Int32Array.from({ length: rows * columns }, (_, place) => place).filter(outside);
  const values = random('values').normals([places.length]);
  const found = await powerBeyond(places, [rows, columns], kernel, periodic, window)(values);

  const plane = zeros([1, rows, columns]);
  for (const [k, place] of places.entries()) plane.data[place] = values.data[k];
  const blur = periodic([1, rows, columns]);
  const power = await blur.apply(await blur.adjoint(floatArray(plane.data, plane.shape)));
  for (const [k, place] of places.entries()) expect(found.data[k]).toBeCloseTo(power.data[place], 4);
});
