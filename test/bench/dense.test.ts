import { describe, expect, it } from 'vitest';
import { checkOperator } from '../../problems/check.js';
import { denseOperator } from '../../src/bench/dense.js';
import { keyedRandom } from '../../src/core/random.js';

describe('dense operators', () => {
  it('have adjoint, normal solve and singular values that agree', async () => {
    const random = keyedRandom(0, 'dense', 0)('rows');
    const rows = Array.from({ length: 3 }, () => Float64Array.from({ length: 7 }, () => random.normal()));
    const results = await checkOperator(denseOperator(rows, [1, 1, 7]));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    const named = results.map(({ check }) => check).join(' ');
    for (const part of ['adjoint', 'normal', 'svd']) expect(named).toMatch(new RegExp(part, 'i'));
  });

  it('refuses rows of another size', () => {
    expect(() => denseOperator([[1, 2, 3]], [1, 1, 2])).toThrow('each row of the matrix needs 2 values');
  });
});
