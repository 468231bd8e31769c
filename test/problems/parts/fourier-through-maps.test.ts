import { expect, it } from 'vitest';
import { singleCoil } from '../../../problems/parts/fourier-of-real.js';
import { multiCoil } from '../../../problems/parts/fourier-through-maps.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound } from '../sound.js';

const [height, width] = [4, 5];
const pixels = height * width;
/** Whole columns are left out, as fast scans do. */
const mask = Float32Array.from({ length: pixels }, (_, i) => (i % width === 1 ? 0 : 1));

it('sees the image through each map: 1 is one coil, i is its quarter turn', async () => {
  const maps = floatArray(
    Float32Array.from({ length: 4 * pixels }, (_, i) => (i % 2 === (i < 2 * pixels ? 0 : 1) ? 1 : 0)),
    [2, height, width, 2],
  );
  const x = keyedRandom(1, 'maps', 0)('x').normals([1, height, width]);
  const y = await multiCoil([1, height, width], mask, maps).apply(x);
  const one = await singleCoil([1, height, width], mask).apply(x);
  expect(y.shape).toEqual([2, height, width, 2]);
  for (let k = 0; k < pixels; k++) {
    const [re, im] = [one.data[2 * k], one.data[2 * k + 1]];
    expect(y.data[2 * k]).toBeCloseTo(re, 5);
    expect(y.data[2 * k + 1]).toBeCloseTo(im, 5);
    expect(y.data[2 * (pixels + k)]).toBeCloseTo(-im, 5);
    expect(y.data[2 * (pixels + k) + 1]).toBeCloseTo(re, 5);
  }
});

it('has the adjoint and a norm that bounds it, for several channels', async () => {
  const maps = keyedRandom(2, 'maps', 0)('maps').normals([3, height, width, 2]);
  await expectSound(multiCoil([2, height, width], mask, maps));
});
