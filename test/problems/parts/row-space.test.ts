import { describe, expect, it } from 'vitest';
import type { Precise, RowBasis } from '../../../problems/parts/row-basis.js';
import { fromRowSpace } from '../../../problems/parts/row-space.js';
import { filled } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

/** Sums of pairs of four pixels: AAᵀ = 2I in the plain basis. */
const pairs: Precise = {
  apply: (x) => Float64Array.of(x[0] + x[1], x[2] + x[3]),
  adjoint: (y) => Float64Array.of(y[0], y[0], y[1], y[1]),
};
const plain: RowBasis = {
  forward: (y) => y,
  inverse: (y) => y,
  embedding: { places: Int32Array.of(0, 2) },
};

describe('an operator of known rows', () => {
  const operator = fromRowSpace([1, 1, 4], [1, 1, 2], pairs, plain);

  it('has the normal solve of Woodbury, and its singular values', async () => {
    // (AᵀA + 1)x = 1 is 2·2x/2 + x = 1 on each pair: x = 1/3.
    for (const value of (await operator.normalSolve!(filled([1, 1, 4], 1), 1)).data) {
      expect(value).toBeCloseTo(1 / 3, 6);
    }
    expect([...operator.svd!.values]).toEqual(
      [Math.SQRT2, 0, Math.SQRT2, 0].map((s) => expect.closeTo(s, 6)),
    );
    expect(operator.norm).toBeCloseTo(Math.SQRT2, 6);
    await expectSound(operator);
  });
});

it('a row of zeros has no singular value', async () => {
  const blind: Precise = {
    apply: (x) => Float64Array.of(x[0], 0),
    adjoint: (y) => Float64Array.of(y[0], 0, 0, 0),
  };
  const operator = fromRowSpace([1, 1, 4], [1, 1, 2], blind, plain);
  expect([...operator.svd!.values]).toEqual([1, 0, 0, 0]);
  await expectSound(operator);
});

it('without a basis it does with operator and adjoint', async () => {
  const operator = fromRowSpace([1, 1, 4], [1, 1, 2], pairs, undefined);
  expect(Object.keys(operator)).not.toContain('normalSolve');
  await expectSound(operator);
});
