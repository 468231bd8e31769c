import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  contiguous,
  floatArray,
  formatShape,
  mapArray,
  sameShape,
  sizeOf,
  zeros,
} from '../../src/core/array.js';

describe('shapes', () => {
  it('have the product of their extents for size, a scalar 1', () => {
    expect([[2, 3, 4], [5], [], [3, 0, 2]].map(sizeOf)).toEqual([24, 5, 1, 0]);
  });

  it('are the same where every axis is', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(sameShape([2, 3], [2, 4])).toBe(false);
    expect(sameShape([2], [2, 3])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  it('are written with a cross', () => {
    expect([[3, 256, 255], [7], []].map(formatShape)).toEqual(['3×256×255', '7', 'scalar']);
  });
});

describe('floatArray', () => {
  it('wraps the values that it is given, in C order, under a shape of its own', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const shape = [2, 3];
    const x = floatArray(data, shape);
    shape[0] = 9;
    expect(x.data).toBe(data);
    expect(x.shape).toEqual([2, 3]);
    expect(x.get(1, 0)).toBe(4);
  });

  it('refuses values that do not fill the shape', () => {
    expect(() => floatArray(new Float32Array(5), [2, 3])).toThrow(
      new RangeError('5 values do not fill an array of shape 2×3'),
    );
  });
});

describe('mapArray', () => {
  it('applies a function of value and place, and leaves its argument', () => {
    const x = floatArray(Float32Array.of(1, 2, 3, 4), [2, 2]);
    const y = mapArray(x, (value, i) => 10 * value + i);
    expect(y.shape).toEqual([2, 2]);
    expect([...y.data]).toEqual([10, 21, 32, 43]);
    expect([...x.data]).toEqual([1, 2, 3, 4]);
  });
});

describe('contiguous', () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const whole = floatArray(data, [2, 3, 4]);

  it('gives back what is contiguous already', () => {
    expect(contiguous(whole)).toBe(whole);
    // The stride of an axis of extent 1 is never used.
    const flat = ndarray(data, [1, 24], [7, 1]);
    expect(contiguous(flat)).toBe(flat);
    const empty = zeros([0, 3]);
    expect(contiguous(empty).shape).toEqual([0, 3]);
  });

  it.each([
    ['turned about', whole.transpose(2, 0, 1)],
    ['a part from the start', whole.hi(1, 2, 4)],
    ['a part from within', whole.lo(1, 1, 1)],
    ['the last rows', whole.lo(1, 0, 0)],
    ['every other column', whole.step(1, 1, 2)],
    ['backwards', whole.step(-1, 1, -1)],
    ['one plane of a column', whole.pick(1, -1, 2)],
    ['a scalar', whole.pick(1, 2, 3)],
    ['one row again and again', ndarray(data, [8, 3], [0, 1])],
    ['of doubles', ndarray(new Float64Array(data), [2, 3, 4])],
    ['of bytes', ndarray(new Uint8Array(data), [4, 6])],
  ])('copies an array that is %s value by value', (_, view) => {
    const copy = contiguous(view);
    expect(copy.data).toBeInstanceOf(Float32Array);
    expect(copy.data).not.toBe(data);
    expect(copy.shape).toEqual(view.shape);
    expect(copy.data.length).toBe(view.size);
    const places = view.shape.reduce<number[][]>(
      (before, extent) => before.flatMap((at) => Array.from({ length: extent }, (_, i) => [...at, i])),
      [[]],
    );
    places.forEach((at, i) => {
      expect(copy.data[i]).toBe(view.get(...at));
    });
  });
});
