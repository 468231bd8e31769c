import { expect, it } from 'vitest';
import { separable } from '../../../problems/parts/gaussian-kernel.js';
import { blurAndDecimate } from '../../../problems/restoration/decimation.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound } from '../sound.js';

// g(1) g(0) g(1) = 0.2 0.6 0.2 along each line.
const half = Float64Array.of(0.6, 0.2);

it('is the periodic blur at every f-th pixel, summed by hand', async () => {
  const x = keyedRandom(1, 'decimation', 0)('x').normals([1, 4, 6]);
  const { data, height } = separable(half);
  const y = await blurAndDecimate([1, 4, 6], half, 2).apply(x);
  expect(y.shape).toEqual([1, 2, 3]);
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [from, across] = [(2 * row + dy + 4) % 4, (2 * column + dx + 6) % 6];
          sum += data[(dy + 1) * height + dx + 1] * x.data[from * 6 + across];
        }
      }
      expect(y.data[row * 3 + column]).toBeCloseTo(sum, 6);
    }
  }
});

it.each([2, 3])('by %d: adjoint, norm, inverses and singular values agree with it', async (factor) => {
  await expectSound(blurAndDecimate([2, 6, 12], half, factor));
});
