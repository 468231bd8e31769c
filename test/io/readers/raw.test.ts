import { describe, expect, it } from 'vitest';
import { fixture, open, read } from './fixture.js';

describe('camera RAW files', () => {
  it.each(['rggb', 'gbrg'])('the mosaic %s is read in linear light, from black to white', async (pattern) => {
    const { array, about, levels } = await read(`${pattern}.dng`);
    expect([array.shape, levels]).toEqual([[1, 64, 96], undefined]);
    const expected = Array.from({ length: 64 * 96 }, (_, i) => {
      const counted = ((17 * Math.floor(i / 96) + 7 * (i % 96)) % 97) * 30;
      return Math.fround(counted / (4095 - 256));
    });
    expect([...array.data]).toEqual(expected);
    expect(about).toMatchObject({ camera: 'Made Camera', pattern, black: 256, white: 4095, flip: 0 });
    expect(about?.['whiteBalance']).toEqual([2, 1, 1.5]);
  });

  it('of a camera held upright the mosaic lies as on the sensor', async () => {
    const turned = Buffer.from(fixture('rggb.dng'));
    const orientation = turned.indexOf(Buffer.from([0x12, 1, 3, 0, 1, 0, 0, 0, 1, 0]));
    turned[orientation + 8] = 6;
    const { array, about } = await (await open('turned.dng', turned)).read(1);
    const level = await read('rggb.dng');
    expect([array.shape, array.data, about?.['flip']]).toEqual([[1, 64, 96], level.array.data, 6]);
  });

  it('damage, size and what is none are told in a sentence', async () => {
    await expect(open('x.nef', Buffer.from('hello'))).rejects.toThrow(
      'x.nef cannot be read as a camera RAW file: LibRaw knows no such camera, or the file is damaged',
    );
    const cut = open('x.dng', fixture('rggb.dng').subarray(0, 3000)).then((pages) => pages.read(1));
    await expect(cut).rejects.toThrow(/^x\.dng cannot be read as a camera RAW file/);
    await expect(read('rggb.dng', 1, { maxValues: 100 })).rejects.toThrow(
      '1×64×96, expected 1 to 100 values',
    );
  });
});
