import { describe, expect, it } from 'vitest';
import { estimateNorm } from '../../problems/check.js';
import { keyedRandom } from '../../src/core/random.js';
import { expectSound, linearOperatorOf, matrixOf, linearOperatorOf as operatorOf } from './sound.js';

describe('every operator passes its own check', () => {
  const shapes = [
    [3, 12, 8],
    [1, 9, 15],
    [2, 1, 7],
    [3, 17, 11],
  ];
  const anySize = [
    'denoise',
    'inpaint:fraction=0.4,seed=5',
    'gaussian-blur:sigma=1.3,border=reflect',
    'gaussian-blur:sigma=1.3,border=circular',
    'gaussian-blur:sigma=6,border=reflect',
    'gaussian-blur:sigma=6,border=circular',
    'motion-blur:size=9,seed=2,border=reflect',
    'motion-blur:size=9,seed=2,border=circular',
    'gaussian-blur:sigma=1.3,border=zero',
    'motion-blur:size=9,seed=2,border=zero',
    'defocus-blur:radius=2.6,border=reflect',
    'defocus-blur:radius=0.4,border=reflect',
    'defocus-blur:radius=9,border=zero',
    'downsample:factor=2',
    'downsample:factor=3,filter=lanczos',
    'downsample:factor=2,filter=bilinear',
    'gaussian-blur:sigma=1,border=reflect+downsample:factor=2',
  ];
  for (const shape of shapes) {
    it.each(anySize)(`%s on ${shape.join('×')}`, async (text) => {
      await expectSound(operatorOf(text, shape));
    });
  }

  it.each([
    ['inpaint:box=1:2:3:4', [3, 8, 12]],
    ['downsample:factor=4', [3, 12, 16]],
    ['downsample:factor=3', [1, 9, 15]],
    ['downsample:factor=2,filter=area', [3, 12, 8]],
    ['downsample:factor=5,filter=area', [2, 5, 15]],
    ['downsample:factor=2,filter=gaussian', [3, 12, 8]],
    ['downsample:factor=3,filter=gaussian,sigma=0.8', [2, 15, 9]],
    ['colorize', [3, 7, 6]],
    ['colorize+inpaint:fraction=0.5', [3, 7, 6]],
    ['colorize+gaussian-blur:sigma=1,border=circular', [3, 7, 6]],
    ['colorize+downsample:factor=2', [3, 8, 6]],
    ['denoise+colorize+denoise+motion-blur:size=5,border=circular', [3, 8, 6]],
    ['downsample:factor=2,filter=area+gaussian-blur:sigma=1,border=reflect', [3, 8, 6]],
    ['inpaint:fraction=0.2+gaussian-blur:sigma=1,border=reflect', [3, 8, 6]],
    ['gaussian-blur:sigma=1.3,border=valid', [3, 17, 12]],
    ['motion-blur:size=9,border=valid', [1, 9, 16]],
    ['defocus-blur:radius=2,border=valid', [2, 12, 8]],
    ['demosaic', [3, 12, 8]],
    ['demosaic:pattern=gbrg', [3, 9, 15]],
    ['demosaic:pattern=bggr+gaussian-blur:sigma=1,border=reflect', [3, 7, 6]],
    ['gaussian-blur:sigma=1,border=reflect+demosaic', [3, 7, 6]],
  ])('%s on %j', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });
});

describe('declared norms are exact where they are closed', () => {
  it.each([
    ['gaussian-blur:sigma=1,border=reflect', [1, 8, 9]],
    ['gaussian-blur:sigma=1,border=circular', [1, 8, 9]],
    ['downsample:factor=2', [1, 8, 10]],
    ['downsample:factor=2,filter=area', [1, 8, 10]],
    ['downsample:factor=2,filter=gaussian', [1, 8, 10]],
    ['colorize', [3, 4, 5]],
    ['inpaint:fraction=0.5', [1, 6, 6]],
    ['colorize+downsample:factor=2', [3, 8, 10]],
  ])('%s', async (text, shape) => {
    const operator = operatorOf(text, shape);
    expect(await estimateNorm(operator, keyedRandom(0, 'norm', 0), 1000)).toBeCloseTo(operator.norm!, 3);
  });
});

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
