import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { axpy, difference, dot, norm, scale } from '../../src/core/vector.js';

describe('vectors', () => {
  it('have inner products and lengths', () => {
    expect(dot(Float64Array.of(1, 2, 3), Float32Array.of(4, -5, 6))).toBe(12);
    expect(norm(Float64Array.of(2, -3, 6))).toBe(7);
    expect(dot(new Float64Array(0), new Float64Array(0))).toBe(0);
  });

  it('are summed in double precision', () => {
    // In single precision the ones vanish beside 2²⁴.
    expect(dot(Float32Array.of(2 ** 24, 1, 1, 1), Float32Array.of(1, 1, 1, 1))).toBe(2 ** 24 + 3);
  });

  it('are added and scaled in place', () => {
    const [x, y] = [Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)];
    axpy(-2, x, y);
    expect([...y]).toEqual([8, 16, 24]);
    expect([...x]).toEqual([1, 2, 3]);
    scale(0.25, y);
    expect([...y]).toEqual([2, 4, 6]);
  });

  it('are subtracted into a new array', () => {
    const [a, b] = [Float32Array.of(5, 7), Float32Array.of(2, 10)].map((data) => floatArray(data, [1, 2]));
    const d = difference(a, b);
    expect(d.shape).toEqual([1, 2]);
    expect([...d.data]).toEqual([3, -3]);
    expect([...a.data, ...b.data]).toEqual([5, 7, 2, 10]);
  });
});
