/** Images of a size that the autoencoder's grid does not divide: cropped from its own, and padded back. */
import { describe, expect, it } from 'vitest';
import type { LatentPrior } from '../../../models/prior.js';
import { latentImages } from '../../../solvers/parts/latent-images.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../../src/core/array.js';

const SHAPE = [2, 6, 9];
/** What a code of [5, 2, 3] stands for, four pixels a side to each place. */
const WHOLE = [2, 8, 12];

/** A decoder that repeats each value of the first two channels 4×4 times; it notes what comes back to it. */
function repeating() {
  const pulled: FloatArray[] = [];
  let released = 0;
  const decoded = (code: FloatArray) =>
    mapArray(zeros(WHOLE), (_, i) => {
      const [channel, row, column] = [Math.floor(i / 96), Math.floor(i / 12) % 8, i % 12];
      return code.data[channel * 6 + Math.floor(row / 4) * 3 + Math.floor(column / 4)];
    });
  const prior = {
    downsampling: 4,
    codes: { channels: 5 },
    decode: async (code: FloatArray) => decoded(code),
    encode: async (image: FloatArray) => mapArray(image, (value) => 2 * value),
    linearizeDecode: async (code: FloatArray) => ({
      value: decoded(code),
      pullback: (v: FloatArray) => {
        pulled.push(v);
        return code;
      },
      release: () => void released++,
    }),
  } as unknown as LatentPrior & Required<Pick<LatentPrior, 'encode' | 'linearizeDecode'>>;
  return { prior, pulled, released: () => released };
}

const code = mapArray(zeros([5, 2, 3]), (_, i) => i + 1);
/** Of an image of SHAPE. */
const place = (i: number) => [Math.floor(i / 54), Math.floor(i / 9) % 6, i % 9];

describe('latentImages', () => {
  it('has codes on the least grid that covers the image', () => {
    const { prior } = repeating();
    expect(latentImages(prior, SHAPE).codeShape).toEqual([5, 2, 3]);
    expect(latentImages(prior, [2, 8, 12]).codeShape).toEqual([5, 2, 3]);
    expect(latentImages(prior, [2, 9, 4]).codeShape).toEqual([5, 3, 1]);
  });

  it('leaves out what lies below and to the right of the image', async () => {
    const images = latentImages(repeating().prior, SHAPE);
    const expected = mapArray(zeros(SHAPE), (_, i) => {
      const [channel, row, column] = place(i);
      return 1 + channel * 6 + Math.floor(row / 4) * 3 + Math.floor(column / 4);
    });
    expect(await images.decode(code)).toEqual(expected);
    expect((await images.linearize(code)).value).toEqual(expected);
  });

  it('asks for no gradient of what it left out, and frees the decoder', async () => {
    const { prior, pulled, released } = repeating();
    const { pullback, release } = await latentImages(prior, SHAPE).linearize(code);
    const v = mapArray(zeros(SHAPE), (_, i) => i + 1);
    expect(await pullback(v)).toBe(code);
    expect(pulled[0].shape).toEqual(WHOLE);
    const [whole] = pulled;
    v.data.forEach((value, i) => {
      const [channel, row, column] = place(i);
      expect(whole.data[channel * 96 + row * 12 + column]).toBe(value);
    });
    const sum = (x: FloatArray) => x.data.reduce((a, b) => a + b, 0);
    expect(sum(whole)).toBe(sum(v));
    release();
    expect(released()).toBe(1);
  });

  it('gives the encoder the image as it is', async () => {
    const image = floatArray(new Float32Array(108).fill(0.3), SHAPE);
    const { encode } = latentImages(repeating().prior, SHAPE);
    expect((await encode(image)).data[0]).toBeCloseTo(0.6, 6);
  });
});
