import { describe, expect, it } from 'vitest';
import { affine } from '../../../problems/algebra/affine.js';
import { crop } from '../../../problems/algebra/crop.js';
import { sum } from '../../../problems/algebra/sum.js';
import { type ForwardOperator, isLinear, type LinearOperator } from '../../../problems/operator.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const shape = [1, 6, 5];

const blurred = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);

const moved = linearOperatorOf('motion-blur:size=3,intensity=0,border=reflect', shape);

const holes = linearOperatorOf('inpaint:fraction=0.4', shape);

const plain = linearOperatorOf('denoise', shape);

const random = keyedRandom(0, 'algebra', 0);

async function expectMatrix(operator: ForwardOperator, expected: readonly Float64Array[]): Promise<void> {
  const matrix = await matrixOf(operator);
  expect(matrix.length).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(matrix[i][j]).toBeCloseTo(value, 5);
  }
}

describe('sum', () => {
  it('is the sum of the matrices', async () => {
    const both = sum([blurred, holes, moved]);
    await expectSound(both);
    const [a, b, c] = [await matrixOf(blurred), await matrixOf(holes), await matrixOf(moved)];
    await expectMatrix(
      both,
      a.map((row, i) => row.map((value, j) => value + b[i][j] + c[i][j])),
    );
    expect(both.observed).toBeUndefined();
    expect((both as LinearOperator).norm).toBeUndefined(); // a motion blur that reflects declares none
    expect((sum([blurred, plain]) as LinearOperator).norm).toBeCloseTo(blurred.norm! + plain.norm!, 6);
  });

  it('has holes only where all parts have', () => {
    const [top, left] = ['inpaint:box=0:0:2:5', 'inpaint:box=0:0:6:1'].map((text) => operatorOf(text, shape));
    const { observed } = sum([top, left]);
    expect([...observed!].flatMap((seen, i) => (seen === 0 ? [i] : []))).toEqual([0, 5]);
  });

  it('keeps linear parts and surrogates, and differentiates the rest', async () => {
    const lit = affine(blurred, random('light').normals(shape));
    const steps = operatorOf('quantize:bits=2', shape);
    await expectSound(sum([lit, plain]));
    expect(isLinear(sum([lit, plain]).linearPart!)).toBe(true);
    await expectSound(sum([steps, blurred]));
    expect(sum([steps, blurred]).surrogate).toBeDefined();
    await expectSound(sum([operatorOf('low-light:gamma=2', shape), blurred]));
  });

  it('refuses shapes that differ', () => {
    expect(() => sum([])).toThrow('the operators are a list of 0, expected a list of one or more');
    expect(() => sum([plain, crop(shape, { top: 0, left: 0, height: 2, width: 5 })])).toThrow(
      'a sum needs measurements of one shape, but they are 1×6×5 (real) and 1×2×5 (real)',
    );
    expect(() => sum([plain, operatorOf('denoise', [1, 5, 6])])).toThrow(
      'a sum needs operators of the same image, but they take arrays of shape 1×6×5 and 1×5×6',
    );
  });
});
