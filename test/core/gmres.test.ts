import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { gmres } from '../../src/core/gmres.js';
import { norm } from '../../src/core/vector.js';

const M = [
  [4, 1, -2],
  [0, 3, 1],
  [2, -1, 5],
];
const multiply = (x: FloatArray) => mapArray(x, (_, i) => M[i].reduce((sum, m, j) => sum + m * x.data[j], 0));
const vector = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);

describe('GMRES', () => {
  it('solves a system that is not symmetric in as many iterations as it has unknowns', async () => {
    const x = await gmres(multiply, multiply(vector(1, -2, 3)), { iterations: 3 });
    [1, -2, 3].forEach((value, i) => {
      expect(x.data[i]).toBeCloseTo(value, 5);
    });
  });

  it('one iteration is the best multiple of b', async () => {
    const b = vector(1, 2, 3);
    const Mb = multiply(b);
    const best = Mb.data.reduce((sum, value, i) => sum + value * b.data[i], 0) / norm(Mb.data) ** 2;
    const x = await gmres(multiply, b, { iterations: 1 });
    x.data.forEach((value, i) => {
      expect(value).toBeCloseTo(best * b.data[i], 5);
    });
  });

  it('stops at the solution, with zero for zero', async () => {
    let products = 0;
    const twice = (x: FloatArray) => {
      products++;
      return mapArray(x, (value) => 2 * value);
    };
    expect([...(await gmres(twice, vector(2, 4), { iterations: 9 })).data]).toEqual([1, 2]);
    expect(products).toBe(1);
    expect([...(await gmres(twice, vector(0, 0), { iterations: 9 })).data]).toEqual([0, 0]);
  });

  it.each([1e-4, 1, 1e4])('stops at a residual relative to b, of size %d', async (size) => {
    const b = multiply(vector(size, -2 * size, 3 * size));
    let products = 0;
    const counted = (x: FloatArray) => {
      products++;
      return multiply(x);
    };
    const x = await gmres(counted, b, { iterations: 9, tolerance: 0.2 });
    const rest = multiply(x).data.map((value, i) => value - b.data[i]);
    expect(norm(rest)).toBeLessThanOrEqual(0.2 * norm(b.data));
    expect(products).toBe(2);
    products = 0;
    await gmres(counted, b, { iterations: 9, tolerance: 1e-5 });
    expect(products).toBe(3);
  });
});
