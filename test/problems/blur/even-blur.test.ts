import { expect, it } from 'vitest';
import { evenBlur } from '../../../problems/blur/even-blur.js';
import { mirrorIndex } from '../../../problems/parts/mirrored.js';
import { wrapIndex } from '../../../problems/parts/transfer.js';
import { floatArray, sizeOf } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const half = Float64Array.of(0.4, 0.2, 0.1);

it.each([
  ['periodic', wrapIndex, [2, 5, 7]],
  ['mirrored', mirrorIndex, [2, 5, 7]],
  ['mirrored, the kernel wider than the image', mirrorIndex, [1, 1, 2]],
] as const)('is the sum over the kernel where the borders are %s', async (_, border, shape) => {
  const [channels, height, width] = shape;
  const x = keyedRandom(1, 'even', 0)('x', ...shape).normals([...shape]);
  const { data } = await evenBlur(shape, half, border)(x);
  for (let i = 0; i < channels * height * width; i++) {
    const [c, row, column] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    let sum = 0;
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [y, along] = [border(row + dy, height), border(column + dx, width)];
        sum += half[Math.abs(dy)] * half[Math.abs(dx)] * x.data[(c * height + y) * width + along];
      }
    }
    expect(data[i]).toBeCloseTo(sum, 5);
  }
});

it('refuses an array of another size', () => {
  const blur = evenBlur([1, 4, 4], half, wrapIndex);
  const small = floatArray(new Float32Array(sizeOf([1, 2, 2])), [1, 2, 2]);
  expect(() => blur(small)).toThrow('expected an array of shape 1×4×4, found 1×2×2');
});
