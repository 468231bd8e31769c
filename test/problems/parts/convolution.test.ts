import { expect, it } from 'vitest';
import { circularConvolution } from '../../../problems/parts/convolution.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound } from '../sound.js';

/** Without symmetry: convolution and correlation, rows and columns differ. */
const kernel = { height: 3, width: 5, data: Float32Array.from({ length: 15 }, (_, i) => (i + 1) / 120) };

it('is y[i] = Σⱼ kernel[j]·x[i − j] with periodic borders', async () => {
  const [height, width] = [4, 6];
  const x = keyedRandom(1, 'convolution', 0)('x').normals([1, height, width]);
  const y = await circularConvolution([1, height, width], kernel).apply(x);
  for (let i = 0; i < height * width; i++) {
    let sum = 0;
    for (let k = 0; k < 15; k++) {
      const row = (Math.floor(i / width) - (Math.floor(k / 5) - 1) + height) % height;
      const column = ((i % width) - ((k % 5) - 2) + width) % width;
      sum += kernel.data[k] * x.data[row * width + column];
    }
    expect(y.data[i]).toBeCloseTo(sum, 6);
  }
});

it.each([
  [2, 6, 5],
  [1, 4, 8],
  [1, 2, 3],
] as const)('of %d×%d×%d: adjoint, norm, inverses and singular values agree with it', async (...shape) => {
  await expectSound(circularConvolution(shape, kernel));
});

it('has a singular value of 0 where the kernel extinguishes a frequency', async () => {
  const mean = { height: 1, width: 3, data: Float32Array.of(0.5, 0, 0.5) };
  const operator = circularConvolution([1, 1, 4], mean);
  // cos(πk/2) = 0 at k = 1 and 3.
  expect([...operator.svd!.values].map((value) => Math.round(1e6 * value) / 1e6)).toEqual([1, 0, 1, 0]);
  await expectSound(operator);
});
