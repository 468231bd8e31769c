import { expect, it } from 'vitest';
import { inBothParts, singleCoil } from '../../../problems/parts/fourier-of-real.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound } from '../sound.js';

it('is the centred orthonormal transform, zero where it is not measured', async () => {
  const [height, width] = [4, 5];
  const x = keyedRandom(1, 'fourier', 0)('x').normals([1, height, width]);
  const mask = Float32Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 0 : 1));
  const y = await singleCoil([1, height, width], mask).apply(x);
  expect(y.shape).toEqual([1, height, width, 2]);
  for (let k = 0; k < 20; k++) {
    const [ky, kx] = [Math.floor(k / width) - 2, (k % width) - 2];
    let [re, im] = [0, 0];
    for (let n = 0; n < 20; n++) {
      const [row, column] = [Math.floor(n / width) - 2, (n % width) - 2];
      const phase = -2 * Math.PI * ((ky * row) / height + (kx * column) / width);
      re += x.data[n] * Math.cos(phase);
      im += x.data[n] * Math.sin(phase);
    }
    const unit = mask[k] / Math.sqrt(20);
    expect(y.data[2 * k]).toBeCloseTo(unit * re, 5);
    expect(y.data[2 * k + 1]).toBeCloseTo(unit * im, 5);
  }
});

it.each([
  [2, 4, 6],
  [1, 5, 7],
  [1, 1, 4],
] as const)('of %d×%d×%d: a frequency tells of its opposite, and all inverses know it', async (...shape) => {
  const mask = Float32Array.from({ length: shape[1] * shape[2] }, (_, i) => (i % 4 === 1 ? 0 : 1));
  await expectSound(singleCoil(shape, mask));
});

it('says which values are holes: both parts of a frequency', () => {
  const mask = Float32Array.of(1, 0);
  expect([...inBothParts(mask)]).toEqual([1, 1, 0, 0]);
  expect([...(singleCoil([2, 1, 2], mask).observed ?? [])]).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
});
