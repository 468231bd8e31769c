import { expect, it } from 'vitest';
import { imageShape, mapPlanes, repeatPlane, requireShape } from '../../../problems/parts/planes.js';
import { filled, floatArray } from '../../../src/core/array.js';

it('an image has three axes, each of at least a pixel', () => {
  expect(imageShape([3, 4, 5], 'haze')).toEqual([3, 4, 5]);
  for (const shape of [
    [4, 5],
    [3, 4, 5, 2],
    [3, 0, 5],
    [3, 4, 2.5],
  ]) {
    expect(() => imageShape(shape, 'haze')).toThrow('haze works on images of shape channels×height×width');
  }
});

it('an array of another size is refused with both shapes', () => {
  expect(() => requireShape(filled([2, 3], 0), [3, 3])).toThrow('expected an array of shape 3×3, found 2×3');
  expect(() => requireShape(filled([2, 3], 0), [3, 2])).not.toThrow();
});

it('planes are visited one after another, also where they change their size', () => {
  const x = floatArray(Float32Array.of(1, 2, 3, 4), [2, 1, 2]);
  const sums = mapPlanes(x, [2, 1, 2], [2, 1, 1], (input, offset, output, at) => {
    output[at] = input[offset] + input[offset + 1];
  });
  expect([...sums.data]).toEqual([3, 7]);
  expect(sums.shape).toEqual([2, 1, 1]);
});

it('a plane is repeated for every channel', () => {
  expect([...repeatPlane(2, Float32Array.of(1, 2))]).toEqual([1, 2, 1, 2]);
});
