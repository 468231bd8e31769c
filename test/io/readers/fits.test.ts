import { describe, expect, it } from 'vitest';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('FITS images', () => {
  it('are read in their own unit, plane by plane', async () => {
    const { array, levels } = await read('sky.fits');
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(1, 1.5, -20)]);
    expect(levels).toEqual({ black: -20, white: 124 });
    const counts = await read('counts.fits'); // unsigned, as 32768 below
    expect([counts.array.data, counts.about?.['unit']]).toEqual([plane(1, 600), 'adu']);
    const cube = await open('cube.fits'); // in an extension
    expect([cube.count, (await cube.read(3)).array.data]).toEqual([3, plane(3, 1.5, -20)]);
  });

  it('values that are blank are no numbers', async () => {
    const bytes = Buffer.from(fixture('counts.fits'));
    const end = bytes.indexOf('END     ');
    bytes.write('BLANK   =               -32768'.padEnd(80), end, 'latin1'); // zero, as it is stored
    bytes.write('END'.padEnd(80), end + 80, 'latin1');
    const { array } = await (await open('counts.fits', bytes)).read(1);
    expect([array.data[0], array.data[1]]).toEqual([Number.NaN, 4200]);
  });

  it('compressed, cut short, empty and too large files are refused in a sentence', async () => {
    await expect(read('packed.fits')).rejects.toThrow(
      'compressed in tiles, which is not read: unpack it first',
    );
    await expect(open('s.fits', fixture('sky.fits').subarray(0, 2900))).rejects.toThrow(
      's.fits is cut short',
    );
    await expect(open('s.fits', fixture('sky.fits').subarray(0, 400))).rejects.toThrow(
      'within its FITS header',
    );
    const header = fixture('cube.fits').subarray(0, 2880);
    await expect(open('s.fits', header)).rejects.toThrow('s.fits is a FITS file without an image');
    const huge = Buffer.from(fixture('sky.fits'));
    huge.write('99999', huge.indexOf('NAXIS1') + 25, 'latin1');
    await expect(open('s.fits', huge, { maxValues: 1e5 })).rejects.toThrow(
      '1×6×99999, expected 1 to 100000 values',
    );
  });
});
