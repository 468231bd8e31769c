import { describe, expect, it } from 'vitest';
import { normalSolve } from '../../problems/normal-solve.js';
import { diagonal } from '../../problems/parts/diagonal.js';
import { floatArray } from '../../src/core/array.js';

const b = floatArray(Float32Array.of(2, 3, 1), [3]);
const closed = diagonal([3], Float32Array.of(1, 2, 0));
const { normalSolve: _, ...iterative } = closed;

describe('normalSolve', () => {
  it.each([
    ['in closed form', closed],
    ['by conjugate gradients', iterative],
  ])('%s: each value over its weight squared and ρ', async (_name, operator) => {
    const { data } = await normalSolve(operator, b, 0.5);
    expect([...data]).toEqual([2 / 1.5, 3 / 4.5, 1 / 0.5].map((value) => expect.closeTo(value, 5)));
  });

  it('stops where it is told to', async () => {
    const { data } = await normalSolve(iterative, b, 0.5, { iterations: 1 });
    expect(data[0]).not.toBeCloseTo(2 / 1.5, 2);
  });

  it.each([0, -1, Number.NaN])('refuses ρ = %d', async (rho) => {
    await expect(normalSolve(closed, b, rho)).rejects.toThrow(`need ρ > 0, not ${rho}`);
  });
});
