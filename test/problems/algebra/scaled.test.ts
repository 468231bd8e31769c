import { describe, expect, it } from 'vitest';
import { affine } from '../../../problems/algebra/affine.js';
import { scaled } from '../../../problems/algebra/scaled.js';
import type { ForwardOperator, LinearOperator } from '../../../problems/operator.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const shape = [1, 6, 5];

const blurred = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);

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

describe('scaled', () => {
  it.each([2, -0.25])('by %d keeps all that the operator has', async (factor) => {
    for (const operator of [blurred, holes, plain, linearOperatorOf('demosaic', [3, 6, 5])]) {
      const multiple = scaled(operator, factor) as LinearOperator;
      await expectSound(multiple);
      const keys = ['norm', 'rowScale', 'normalSolve', 'svd', 'observed'] as const;
      for (const key of keys) expect(multiple[key] === undefined).toBe(operator[key] === undefined);
      await expectMatrix(
        multiple,
        (await matrixOf(operator)).map((row) => row.map((value) => factor * value)),
      );
    }
  });

  it('takes nonlinear, affine and staircase operators', async () => {
    for (const text of ['low-light:gamma=2', 'quantize:bits=2'])
      await expectSound(scaled(operatorOf(text, shape), -1.5));
    await expectSound(scaled(affine(blurred, random('light').normals(shape)), 3));
  });

  it.each([0, Number.NaN])('refuses %d', (factor) => {
    expect(() => scaled(plain, factor)).toThrow('a finite number other than 0');
  });
});
