import { describe, expect, it } from 'vitest';
import { constant, int64, valuesOf } from '../../../models/onnx/constants.js';

describe('constants', () => {
  it.each([
    ['float32', [0.5, -2, 3]],
    ['float64', [0.1, 1e300]],
    ['int64', [-5, 2 ** 40]],
    ['uint64', [2 ** 40]],
    ['int32', [-7, 7]],
    ['uint8', [0, 255]],
    ['bool', [0, 1]],
  ] as const)('of %s hold their numbers', (type, values) => {
    const tensor = constant('c', type, [values.length], values);
    expect(tensor).toMatchObject({ name: 'c', type, dims: [values.length] });
    expect(valuesOf(tensor)).toEqual([...values]);
  });

  it('of float16 are the nearest that it has, ties to even, from the least to infinity', () => {
    const half = (value: number) => valuesOf(constant('h', 'float16', [1], [value]))[0];
    expect([1, 0.1, 65504, -2].map(half)).toEqual([1, 0.0999755859375, 65504, -2]);
    // Between 1 and 1 + 2⁻¹⁰, and one step on, the even fraction is taken.
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11].map(half)).toEqual([1, 1 + 2 ** -9]);
    expect([2 ** -24, 2 ** -26, 2 ** -14 - 2 ** -26].map(half)).toEqual([2 ** -24, 0, 2 ** -14]);
    expect([65519, 65520, -1e9].map(half)).toEqual([
      65504,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect([half(Number.NaN), Object.is(half(-0), -0)]).toEqual([Number.NaN, true]);
  });

  it('to the end is the largest int64', () => {
    expect([int64(3), int64(2 ** 63), int64(1e30)]).toEqual([3n, 2n ** 63n - 1n, 2n ** 63n - 1n]);
  });

  it('may start anywhere in their file, but must stand in it', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1);
    const inline = { name: 'c', type: 'float32', dims: [2], data: { bytes: bytes.subarray(1) } } as const;
    expect(valuesOf(inline)).toEqual([1, 2]);
    const elsewhere = { ...inline, data: { location: 'w.bin', offset: 0, length: 8 } };
    expect(() => valuesOf(elsewhere)).toThrow('The values of "c" are in w.bin');
  });
});
