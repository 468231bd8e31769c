import { expect, it } from 'vitest';
import type { CompressivePrior } from '../../../models/prior.js';
import { compressiveImages } from '../../../solvers/parts/compressive-images.js';
import { filled, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { dot } from '../../../src/core/vector.js';

/** Codes are images of the padded size, 4×4; decoding doubles them. */
const prior: CompressivePrior = {
  kind: 'compressive',
  name: 'doubling',
  channels: 1,
  sizeMultiple: 1,
  codeShapes: () => [[1, 4, 4]],
  encode: async (image) => [mapArray(image, (value) => value / 2)],
  decode: async (z) => mapArray(z, (value) => 2 * value),
  linearizeDecode: async (z) => ({
    value: mapArray(z, (value) => 2 * value),
    pullback: (v) => mapArray(v, (slope) => 2 * slope),
    release() {},
  }),
  spread: async (z) => filled(z.shape, 0.3),
  rate: async (codes) => ({ nats: 0, gradient: codes }),
  draw: async () => [],
  close: async () => {},
};
const code = floatArray(
  Float32Array.from({ length: 16 }, (_, i) => i / 16),
  [1, 4, 4],
);

it('cuts images to the size of the problem, and divides them by the modulation', async () => {
  const images = compressiveImages(prior, [1, 3, 2], 0.5);
  const image = await images.decode(code);
  expect(image.shape).toEqual([1, 3, 2]);
  // Row 1, column 0 of the code, doubled, over ½.
  expect(image.data[2]).toBeCloseTo((4 * 4) / 16, 6);
  expect((await images.spread(code)).data).toEqual(new Float32Array(6).fill(Math.fround(0.3) / 0.5));
  const [z] = await images.encode(filled([1, 3, 2], 0.8));
  expect(z.data[0]).toBeCloseTo(0.2, 6);
});

it('goes by the modulation that the prior names', async () => {
  const images = compressiveImages({ ...prior, modulation: 2 }, [1, 3, 2]);
  expect((await images.decode(code)).data[2]).toBeCloseTo(4 / 16, 6);
});

it('has the pullback of its linear map: nothing comes from outside the frame', async () => {
  const images = compressiveImages(prior, [1, 3, 2], 0.5);
  const { value, pullback } = await images.linearize(code);
  const v = floatArray(Float32Array.of(1, -2, 3, 0.5, 4, 1), [1, 3, 2]);
  const gradient = await pullback(v);
  expect(gradient.shape).toEqual([1, 4, 4]);
  expect(dot(value.data, v.data)).toBeCloseTo(dot(code.data, gradient.data), 4);
  const outside = zeros([1, 4, 4]);
  outside.data[3] = 1;
  expect(dot(gradient.data, outside.data)).toBe(0);
});
