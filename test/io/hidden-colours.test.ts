import { expect, it } from 'vitest';
import { filled, floatArray } from '../../src/core/array.js';
import { fillHidden, withHidden } from '../../src/io/hidden-colours.js';

it('what is hidden takes the mean of what is seen nearest; what is seen stays', () => {
  const image = floatArray(Float32Array.of(0.2, 0.4, 9, 9, 0.6, 9, 9, 9), [1, 2, 4]);
  const alpha = floatArray(Float32Array.of(1, 1, 0, 0, 0.5, 0, 0, 0), [1, 2, 4]);
  const { data } = fillHidden(image, alpha);
  expect([data[0], data[1], data[4]]).toEqual([0.2, 0.4, 0.6].map(Math.fround));
  // Beside three seen pixels, and beyond them, all of the picture's seen pixels.
  for (const place of [5, 2, 3, 6, 7]) expect(data[place]).toBeCloseTo(0.4, 6);
});

it('each channel by itself', () => {
  const image = floatArray(Float32Array.of(0.1, 9, 0.7, 9), [2, 1, 2]);
  const { data } = fillHidden(image, floatArray(Float32Array.of(1, 0), [1, 1, 2]));
  expect([...data]).toEqual([0.1, 0.1, 0.7, 0.7].map(Math.fround));
});

it('nothing changes where all is seen, or nothing', () => {
  const image = filled([1, 2, 2], 0.3);
  expect(fillHidden(image, filled([1, 2, 2], 1))).toBe(image);
  expect(fillHidden(image, filled([1, 2, 2], 0))).toBe(image);
});

it('what was hidden is there again under alpha 0 of a picture of the same size, and nowhere else', () => {
  const [image, hidden] = [filled([1, 1, 3], 0.5), filled([1, 1, 3], 0.9)];
  const alpha = floatArray(Float32Array.of(0, 0.1, 1), [1, 1, 3]);
  expect([...withHidden(image, { alpha, hidden }).data]).toEqual([0.9, 0.5, 0.5].map(Math.fround));
  const large = filled([1, 2, 6], 0.5);
  expect(withHidden(large, { alpha, hidden })).toBe(large);
  expect(withHidden(image, { alpha })).toBe(image);
});
