import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';

const vector = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);

describe('conjugateGradients', () => {
  // [[4, 1, 0], [1, 3, −1], [0, −1, 2]] x = b has the solution (1, −2, 3) for b = (2, −8, 8).
  const multiply = ({ data: [a, b, c] }: FloatArray) => vector(4 * a + b, a + 3 * b - c, 2 * c - b);
  const b = vector(2, -8, 8);

  it('needs as many products as the matrix has eigenvalues', async () => {
    let products = 0;
    const counted = (x: FloatArray) => {
      products++;
      return multiply(x);
    };
    const x = await conjugateGradients(counted, b);
    for (const [i, value] of [1, -2, 3].entries()) expect(x.data[i]).toBeCloseTo(value, 5);
    expect(products).toBe(3);
  });

  it('starts where it is told, and has nothing to do at the solution', async () => {
    let products = 0;
    const counted = (x: FloatArray) => {
      products++;
      return multiply(x);
    };
    const x = await conjugateGradients(counted, b, { start: vector(1, -2, 3) });
    expect([...x.data]).toEqual([1, -2, 3]);
    expect(products).toBe(1);
    const far = await conjugateGradients(multiply, b, { start: vector(100, 0, -50) });
    for (const [i, value] of [1, -2, 3].entries()) expect(far.data[i]).toBeCloseTo(value, 4);
  });

  it('stops after the given number of products, and at zero for b = 0', async () => {
    const one = await conjugateGradients(multiply, b, { iterations: 1 });
    expect(Math.abs(one.data[0] - 1)).toBeGreaterThan(0.1);
    expect([...(await conjugateGradients(multiply, vector(0, 0, 0))).data]).toEqual([0, 0, 0]);
  });

  it.each([1e-4, 1, 1e4])('stops at a residual relative to b, of size %d', async (size) => {
    const target = vector(2 * size, -8 * size, 8 * size);
    for (const [tolerance, most] of [
      [0.5, 1],
      [0.05, 2],
    ]) {
      let products = 0;
      const counted = (x: FloatArray) => {
        products++;
        return multiply(x);
      };
      const x = await conjugateGradients(counted, target, { tolerance });
      const rest = multiply(x).data.map((value, i) => value - target.data[i]);
      expect(Math.hypot(...rest)).toBeLessThanOrEqual(tolerance * Math.hypot(...target.data));
      expect(products).toBe(most);
    }
  });

  it('stops with what it has where a direction has no curvature', async () => {
    const singular = ({ data: [a] }: FloatArray) => vector(a, 0);
    expect([...(await conjugateGradients(singular, vector(0, 1))).data]).toEqual([0, 0]);
    const negative = ({ data: [a, c] }: FloatArray) => vector(-a, -c);
    expect([...(await conjugateGradients(negative, vector(1, 1))).data]).toEqual([0, 0]);
  });
});
