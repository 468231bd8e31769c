import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { floatArray, type Shape, sizeOf } from '../../src/core/array.js';
import type { Input } from '../../src/io/inputs.js';
import { asImage, asMeasurement } from '../../src/jobs/array-input.js';

const input = (shape: Shape, value = 0.5, top?: Input['top']): Input => ({
  array: floatArray(new Float32Array(sizeOf(shape)).fill(value), shape),
  sha256: '',
  top,
});

function fitted(
  given: Input,
  operators = 'denoise',
  { noise = 'gaussian:sigma=0.1', channels = 3, asPicture = true } = {},
) {
  const spec = problem(operators, noise);
  const bound = async (measurementShape: Shape) =>
    bind(spec, { measurementShape }, { channels: channels || undefined });
  return asMeasurement(given, 'y.npy', spec, bound, asPicture);
}

describe('asMeasurement', () => {
  it.each([
    [
      [3, 8, 6],
      [3, 8, 6],
    ],
    [
      [1, 8, 6],
      [1, 8, 6],
    ],
    [
      [1, 3, 8, 6],
      [3, 8, 6],
    ],
    [
      [1, 1, 8, 6],
      [1, 8, 6],
    ],
    [
      [8, 6],
      [1, 8, 6],
    ],
  ])('reads shape %j as %j, with a prior and without', async (shape, expected) => {
    expect((await fitted(input(shape))).array.shape).toEqual(expected);
    expect((await fitted(input(shape), 'denoise', { channels: 0 })).array.shape).toEqual(expected);
  });

  it.each([
    [[8, 6, 3]],
    [[2, 8, 6]],
    [[4, 8, 6]],
    [[768]],
    [[]],
    [[3, 0, 6]],
    [[3, 8, 6, 2]],
    [[2, 3, 8, 6]],
  ])('refuses shape %j, with a prior and without', async (shape) => {
    await expect(fitted(input(shape))).rejects.toThrow(/channels|no values/);
    const without = fitted(input(shape), 'denoise', { channels: 0 });
    await expect(without).rejects.toThrow(
      /^y\.npy holds an array of shape .*(expected channels×height×width with 1 or 3 channels|no values)$/,
    );
  });

  it('leaves measurements that are no pictures as they are', async () => {
    const coils = await fitted(input([1, 8, 6, 2], 300), 'mri', { channels: 1 });
    expect([coils.array.shape, coils.array.data[0]]).toEqual([[1, 8, 6, 2], 300]);
    const sinogram = await fitted(input([1, 20, 13], 7), 'ct:angles=20', { channels: 1 });
    expect(sinogram.array.data[0]).toBe(7);
    const spectra = await fitted(input([5, 8, 6]), 'denoise', { channels: 0, asPicture: false });
    expect(spectra.array.shape).toEqual([5, 8, 6]);
  });

  it('scales integers as a picture’s are and says by how much; refuses other values far from [0, 1]', async () => {
    const bytes = await fitted(input([3, 8, 6], 51, 255));
    expect([bytes.scale, bytes.array.data[0]]).toEqual([1 / 255, Math.fround(0.2)]);
    const words = await fitted(input([3, 8, 6], 13107, 65535), 'gaussian-blur:sigma=1');
    expect(words.array.data[0]).toBe(Math.fround(0.2));
    const zeroOrOne = await fitted(input([3, 8, 6], 1, 255));
    expect([zeroOrOne.scale, zeroOrOne.array.data[0]]).toEqual([undefined, 1]);
    await expect(fitted(input([3, 8, 6], 100))).rejects.toThrow(
      'y.npy holds values from 100 to 100, expected about 0 to 1 as of a picture: say what is black and white, such as --range 0:255, or scale them',
    );
    await expect(
      fitted(input([3, 8, 6], 100, 255), 'denoise', { noise: 'poisson:gain=0.1' }),
    ).rejects.toThrow(/from 100/);
    await expect(fitted(input([3, 8, 6], -0.9))).rejects.toThrow(/such as --range -1:1, or scale them$/);
    const strong = { noise: 'gaussian:sigma=0.4' };
    expect((await fitted(input([3, 8, 6], -0.9), 'denoise', strong)).array.data[0]).toBe(Math.fround(-0.9));
    expect((await fitted(input([3, 8, 6], 1.8))).array.data[0]).toBe(Math.fround(1.8)); // strong noise
  });
});

describe('asImage', () => {
  it('reads images as asMeasurement does', () => {
    expect(asImage(input([8, 6]), 'x.npy').shape).toEqual([1, 8, 6]);
    expect(asImage(input([1, 3, 8, 6], 255, 255), 'x.npy').data[0]).toBe(1);
    expect(() => asImage(input([3, 8, 6], 100), 'x.npy')).toThrow(/from 100 to 100.*--range 0:255/);
    const levels = { black: 0, white: 255 };
    expect(asImage({ ...input([3, 8, 6], 100), levels }, 'x.npy').data[0]).toBe(100);
    expect(() => asImage(input([8, 6, 3]), 'x.npy')).toThrow(
      'x.npy holds an array of shape 8×6×3 (it seems to be height×width×channels), expected channels×height×width with 1 or 3 channels',
    );
  });
});
