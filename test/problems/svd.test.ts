/** Which operators have a singular value decomposition; `checkOperator` shows that it is one. */
import { describe, expect, it } from 'vitest';
import { expectSound, linearOperatorOf, matrixOf } from './sound.js';

describe('singular value decompositions', () => {
  it.each([
    ['downsample:factor=2', [2, 12, 8]],
    ['downsample:factor=3', [1, 9, 15]],
    ['downsample:factor=4,filter=lanczos', [1, 16, 8]],
    ['downsample:factor=2,filter=area', [3, 6, 10]],
    ['downsample:factor=5,filter=area', [1, 10, 5]],
    ['downsample:factor=2,filter=gaussian', [2, 12, 8]],
    ['downsample:factor=3,filter=gaussian,sigma=0.7', [1, 9, 15]],
    ['satellite:factor=2', [1, 8, 10]],
    ['colorize', [3, 5, 4]],
    ['colorize+downsample:factor=2', [3, 8, 6]],
    ['colorize+gaussian-blur:sigma=1,border=reflect', [3, 8, 6]],
    ['demosaic+inpaint:fraction=0.3', [3, 7, 6]],
    ['colorize+single-pixel:fraction=0.3', [3, 8, 4]],
  ])('%s on %j', async (text, shape) => {
    const operator = linearOperatorOf(text, shape);
    expect(operator.svd).toBeDefined();
    await expectSound(operator);
    // ‖A‖² in the sense of Frobenius is the sum of their squares.
    const squares = (await matrixOf(operator)).flatMap((row) => [...row]).reduce((sum, v) => sum + v * v, 0);
    const singular = operator.svd!.values.reduce((sum, value) => sum + value * value, 0);
    expect(singular).toBeCloseTo(squares, 3);
  });
});
