import { expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { measure } from '../../problems/measure.js';
import { floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const image = keyedRandom(1, 'measure', 0)('image').normals([1, 40, 50]);
const noisy = bind(problem('denoise', 'gaussian:sigma=0.1'), { imageShape: image.shape });

it('is A(x) and noise of its strength', async () => {
  const { data } = await measure(noisy, image);
  const square = data.reduce((sum, value, i) => sum + (value - image.data[i]) ** 2, 0) / 2000;
  expect(Math.sqrt(square)).toBeCloseTo(0.1, 2);
});

it('draws the same noise for the same image and seed, and another for another of either', async () => {
  const first = await measure(noisy, image, 3);
  expect((await measure(noisy, image, 3)).data).toEqual(first.data);
  const noiseOf = (y: typeof image, x = image) =>
    y.data.map((value, i) => Math.round(1e4 * (value - x.data[i])));
  expect(noiseOf(await measure(noisy, image, 4))).not.toEqual(noiseOf(first));
  const other = mapArray(image, (value) => value + 1e-3);
  expect(noiseOf(await measure(noisy, other, 3), other)).not.toEqual(noiseOf(first));
});

it('takes any view of an array: a transposed one is the image that it shows', async () => {
  const turned = floatArray(
    Float32Array.from({ length: 2000 }, (_, i) => image.data[(i % 40) * 50 + Math.floor(i / 40)]),
    [1, 50, 40],
  );
  const view = turned.transpose(0, 2, 1);
  expect((await measure(noisy, view)).data).toEqual((await measure(noisy, image)).data);
});

it('refuses an image of another size', async () => {
  await expect(measure(noisy, floatArray(new Float32Array(4), [1, 2, 2]))).rejects.toThrow(
    'the image has shape 1×2×2, but the problem is bound to 1×40×50',
  );
});
