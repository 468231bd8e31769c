import { describe, expect, it } from 'vitest';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('OpenEXR pictures', () => {
  it.each(['rgb_half_zip.exr', 'rgb_float_piz.exr', 'rgb_none.exr'])('%s is read, upright', async (name) => {
    const { array, levels, about } = await read(name);
    expect(array.shape).toEqual([3, HEIGHT, WIDTH]);
    expect(array.data).toEqual(Float32Array.of(...[1, 2, 3].flatMap((page) => [...plane(page, 1 / 32)])));
    expect([levels, about?.['light']]).toEqual([{ black: 0, white: 3 }, 'linear']);
  });

  it('grey ones are grey', async () => {
    const { array } = await read('grey.exr');
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(1, 1 / 32)]);
  });

  it('damage and size are told in a sentence', async () => {
    const bytes = fixture('rgb_none.exr');
    await expect(open('x.exr', bytes.subarray(0, 400))).rejects.toThrow(
      /^x\.exr cannot be read as an OpenEXR/,
    );
    await expect(open('x.exr', Buffer.from('hello'))).rejects.toThrow(/^x\.exr cannot be read as an OpenEXR/);
    await expect(read('grey.exr', 1, { maxValues: 100 })).rejects.toThrow('4×6×8, expected 1 to 100 values');
  });
});
