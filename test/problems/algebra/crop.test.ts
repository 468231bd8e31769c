import { describe, expect, it } from 'vitest';
import { compose } from '../../../problems/algebra/compose.js';
import { crop } from '../../../problems/algebra/crop.js';
import type { ForwardOperator, LinearOperator } from '../../../problems/operator.js';
import { expectSound, linearOperatorOf, matrixOf } from '../sound.js';

const shape = [1, 6, 5];

const blurred = linearOperatorOf('gaussian-blur:sigma=1,border=reflect', shape);

async function expectMatrix(operator: ForwardOperator, expected: readonly Float64Array[]): Promise<void> {
  const matrix = await matrixOf(operator);
  expect(matrix.length).toBe(expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(matrix[i][j]).toBeCloseTo(value, 5);
  }
}

describe('crop', () => {
  const window = { top: 1, left: 2, height: 4, width: 2 };

  it('is some rows of the identity, of every channel', async () => {
    const operator = crop([2, 6, 5], window);
    await expectSound(operator);
    const kept = [1, 2, 3, 4].flatMap((row) => [5 * row + 2, 5 * row + 3]);
    await expectMatrix(
      operator,
      [...kept, ...kept.map((i) => i + 30)].map((place) =>
        Float64Array.from({ length: 60 }, (_, j) => +(j === place)),
      ),
    );
  });

  it('follows and precedes other operators', async () => {
    const before = compose([
      crop(shape, window),
      linearOperatorOf('gaussian-blur:sigma=1,border=reflect', [1, 4, 2]),
    ]);
    expect((before as LinearOperator).svd).toBeDefined();
    await expectSound(before);
    await expectSound(compose([blurred, crop(shape, window)]));
  });

  it('refuses windows that are none or lie outside', () => {
    expect(() => crop(shape, { ...window, height: 6 })).toThrow('does not lie in 1×6×5');
    expect(() => crop(shape, { ...window, width: 4 })).toThrow('does not lie in 1×6×5');
    expect(() => crop(shape, { ...window, top: -1 })).toThrow('is none');
    expect(() => crop(shape, { ...window, width: 1.5 })).toThrow('is none');
  });
});
