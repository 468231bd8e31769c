import { describe, expect, it } from 'vitest';
import { affine } from '../../../problems/algebra/affine.js';
import { compose } from '../../../problems/algebra/compose.js';
import { straightThrough } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { pointwise } from '../../../problems/parts/pointwise.js';
import { filled, mapArray } from '../../../src/core/array.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const shape = [1, 2, 2];
const weights = (...values: number[]) => diagonal(shape, Float32Array.from(values));
const squares = pointwise(shape, (x, result, slopes) => {
  for (let i = 0; i < x.length; i++) [result[i], slopes[i]] = [x[i] ** 2, 2 * x[i]];
});

describe('compose', () => {
  it('multiplies the matrices, the last one first', async () => {
    const [blur, half] = ['gaussian-blur:sigma=1,border=reflect', 'downsample:factor=2'].map((text) =>
      linearOperatorOf(text, [1, 4, 4]),
    );
    const [a, b, both] = await Promise.all([blur, half, compose([blur, half])].map(matrixOf));
    for (const [i, row] of both.entries()) {
      for (const [j, value] of row.entries()) {
        expect(value).toBeCloseTo(
          b[i].reduce((sum, weight, k) => sum + weight * a[k][j], 0),
          5,
        );
      }
    }
  });

  it('keeps inverses and singular values where the first has orthogonal rows', async () => {
    const operator = operatorOf('colorize+gaussian-blur:sigma=1,border=circular', [3, 5, 4]);
    expect(operator).toMatchObject({
      svd: expect.anything(),
      normalSolve: expect.anything(),
    });
    await expectSound(operator);
  });

  it('is affine where its parts are', async () => {
    const shifted = affine(weights(1, 2, 3, 4), filled(shape, 1));
    const operator = compose([shifted, weights(1, 1, 0.5, 0)]);
    expect(operator.linearPart).toBeDefined();
    expect([...(await operator.apply(filled(shape, 1))).data]).toEqual([2, 3, 2, 0]);
    await expectSound(operator);
  });

  it('is differentiated by the chain rule, and a staircase by way of its surrogate', async () => {
    await expectSound(compose([squares, weights(1, 2, 3, 4), squares]));
    const rounded = straightThrough((x) => mapArray(x, Math.round), weights(1, 1, 1, 1));
    const stairs = compose([squares, rounded]);
    expect([...(await stairs.apply(filled(shape, 1.3))).data]).toEqual([2, 2, 2, 2]);
    const { pullback } = await stairs.linearize(filled(shape, 1.5));
    expect([...(await pullback(filled(shape, 1))).data]).toEqual([3, 3, 3, 3]);
  });

  it('refuses parts that do not meet', () => {
    expect(() => compose([weights(1, 1, 1, 1), diagonal([1, 3, 3], new Float32Array(9))])).toThrow(
      'an operator gives an array of shape 1×2×2 (real), but the next takes 1×3×3 (real)',
    );
  });
});
