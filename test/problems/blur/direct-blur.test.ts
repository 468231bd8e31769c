import { describe, expect, it } from 'vitest';
import { withSums } from '../../../problems/blur/direct-blur.js';
import { circularConvolution } from '../../../problems/parts/convolution.js';
import { mirroredConvolution, mirrorIndex } from '../../../problems/parts/mirrored.js';
import { type Kernel, wrapIndex } from '../../../problems/parts/transfer.js';
import { floatArray, sizeOf } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSameMatrix, expectSound } from '../sound.js';

/** Of no symmetry, with places that weigh nothing. */
function kernelOf(height: number, width: number): Kernel {
  const data = Float32Array.from({ length: height * width }, (_, i) => (i % 3 === 1 ? 0 : (i % 7) - 2));
  return { height, width, data };
}

describe('withSums', () => {
  it.each([
    ['a kernel within the image', [3, 5], [2, 6, 7]],
    ['a kernel wider than the image', [3, 13], [1, 4, 5]],
    ['rows of more than sixteen pixels', [5, 3], [1, 3, 37]],
    ['a kernel of one weight', [1, 1], [1, 3, 4]],
  ] as const)('is the matrix of the blur by transforms: %s', async (_, [height, width], shape) => {
    const kernel = kernelOf(height, width);
    const periodic = circularConvolution(shape, kernel);
    const mirrored = mirroredConvolution(shape, kernel);
    for (const [blur, border] of [
      [periodic, wrapIndex],
      [mirrored, mirrorIndex],
    ] as const) {
      const summed = withSums(blur, kernel, border);
      expect(summed.apply).not.toBe(blur.apply);
      await expectSameMatrix(summed, blur);
      await expectSound(summed);
    }
  });

  it('goes on from whatever the memory held', async () => {
    const kernel = kernelOf(3, 3);
    const blur = withSums(mirroredConvolution([1, 8, 9], kernel), kernel, mirrorIndex);
    const x = keyedRandom(1, 'sums', 0)('x').normals([1, 8, 9]);
    const first = [await blur.apply(x), await blur.adjoint(x)];
    await blur.apply(floatArray(new Float32Array(72).fill(Number.NaN), [1, 8, 9]));
    expect([await blur.apply(x), await blur.adjoint(x)]).toEqual(first);
  });

  it('leaves many weights to the transforms', () => {
    const ones = (side: number) => ({ height: side, width: side, data: new Float32Array(side ** 2).fill(1) });
    for (const [side, by] of [
      [15, 'sums'],
      [17, 'transforms'],
    ] as const) {
      const blur = circularConvolution([1, 32, 32], ones(side));
      expect(withSums(blur, ones(side), wrapIndex).apply === blur.apply ? 'transforms' : 'sums').toBe(by);
    }
  });

  it('refuses an array of another size', () => {
    const kernel = kernelOf(3, 3);
    const blur = withSums(circularConvolution([1, 4, 4], kernel), kernel, wrapIndex);
    const small = floatArray(new Float32Array(sizeOf([1, 2, 2])), [1, 2, 2]);
    expect(() => blur.apply(small)).toThrow('expected an array of shape 1×4×4, found 1×2×2');
  });
});
