/** Steps to the measurement, against closed forms of problems whose coordinates know nothing of each other. */
import { describe, expect, it } from 'vitest';
import { withLinearization } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { explaining, moveToData } from '../../../solvers/parts/data-step.js';
import { floatArray } from '../../../src/core/array.js';

const S = [2, 0.4, -0.03, 0];
const SHAPE = [1, 1, S.length];
const closed = diagonal(SHAPE, Float32Array.from(S));
/** The same operator, which says nothing of its eigenvalues: conjugate gradients have to do. */
const { apply, adjoint } = closed;
const bare = withLinearization({ inputShape: SHAPE, outputShape: SHAPE, apply, adjoint });

const image = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const E = [1, -0.5, 0.7, 9];

describe.each([
  { name: 'a closed form', operator: closed, digits: 6 },
  { name: 'iterations', operator: bare, digits: 4 },
])('by $name', ({ operator, digits }) => {
  it.each([0.003, 0.5])('(AᵀA + ρ)⁻¹Aᵀe is s·e/(s² + ρ), ρ = %d', async (rho) => {
    const found = await explaining(operator, image(...E), rho);
    S.forEach((s, i) => {
      expect(found.data[i]).toBeCloseTo((s * E[i]) / (s * s + rho), digits);
    });
  });

  it('the proximal step weighs the image against the measurement, in place', async () => {
    const x = image(0.3, 0.2, 0.6, 0.4);
    const before = [...x.data];
    await moveToData(operator, image(...E), x, 0.1);
    S.forEach((s, i) => {
      expect(x.data[i]).toBeCloseTo((s * E[i] + 0.1 * before[i]) / (s * s + 0.1), digits);
    });
    expect(x.data[3]).toBe(before[3]);
  });
});
