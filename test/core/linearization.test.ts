import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { andThen, type Linearization } from '../../src/core/linearization.js';

const vector = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);

function linearization(value: FloatArray, slope: number, released: string[], name: string): Linearization {
  return {
    value,
    pullback: (v) => mapArray(v, (x, i) => slope * (i + 1) * x),
    release: () => {
      released.push(name);
    },
  };
}

describe('andThen', () => {
  it('is the chain rule: the outer value, and products through both, the outer first', async () => {
    const released: string[] = [];
    const both = await andThen(linearization(vector(3, 4), 2, released, 'inner'), (at) => {
      expect([...at.data]).toEqual([3, 4]);
      const outer = linearization(vector(9, 16), 1, released, 'outer');
      // Of (u, v) ↦ (u², u·v): not symmetric, so that the order shows.
      return { ...outer, pullback: ({ data: [a, b] }) => vector(6 * a + 4 * b, 3 * b) };
    });
    expect([...both.value.data]).toEqual([9, 16]);
    expect([...(await both.pullback(vector(1, 10))).data]).toEqual([2 * 46, 4 * 30]);
    expect(released).toEqual([]);
    both.release();
    expect(released.sort()).toEqual(['inner', 'outer']);
  });

  it('frees the inner where the outer cannot be had', async () => {
    const released: string[] = [];
    const failing = andThen(linearization(vector(1), 1, released, 'inner'), () => {
      throw new Error('no gradient here');
    });
    await expect(failing).rejects.toThrow('no gradient here');
    expect(released).toEqual(['inner']);
  });
});
