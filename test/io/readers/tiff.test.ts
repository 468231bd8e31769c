import { describe, expect, it } from 'vitest';
import { openPages } from '../../../src/io/readers/index.js';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('numbers in TIFF files', () => {
  it.each([
    'float.tif',
    'float_be_plain.tif',
    'float_predicted.tif',
    'float_zstd.tif',
    'float_big.tif',
    'double.tif',
    'half.tif',
  ])('%s is read', async (name) => {
    const { array, levels } = await read(name);
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(1, 1.5, -20)]);
    expect(levels).toEqual({ black: -20, white: 96 * 1.5 - 20 });
  });

  it('signed and wide integers, colours, tiles and stacks are read', async () => {
    expect((await read('signed.tif')).array.data).toEqual(plane(1, 1, -20));
    expect((await read('signed_predicted.tif')).array.data).toEqual(plane(1, 1, -20));
    expect((await read('wide.tif')).array.data).toEqual(plane(1, 1e6));
    const { array } = await read('float_rgb.tif');
    expect(array.shape).toEqual([3, HEIGHT, WIDTH]);
    expect(array.data.subarray(2 * HEIGHT * WIDTH)).toEqual(plane(3, 1.5, -20));
    const tiled = (await read('float_tiled.tif')).array;
    expect([tiled.shape, tiled.get(0, 23, 31)]).toEqual([[1, 24, 32], plane(1, 1.5, -20).at(-1)]);
    const stack = await open('stack_float.tif');
    expect([stack.count, (await stack.read(3)).array.data]).toEqual([3, plane(3, 1.5, -20)]);
  });

  it('pictures of 8 and 16 bits are left to the reader of pictures', async () => {
    const file = { bytes: fixture('stack_u16.tif'), name: 'stack_u16.tif', maxValues: 1e6 };
    expect(await openPages(file)).toBeUndefined();
  });

  it('what would be read wrongly, is cut short or too large is refused in a sentence', async () => {
    for (const name of ['float_be.tif', 'signed_be.tif']) {
      await expect(read(name)).rejects.toThrow(
        `${name} is a big-endian TIFF with a predictor, which is not read`,
      );
    }
    await expect(read('complex.tif')).rejects.toThrow(
      /^complex\.tif cannot be read as a TIFF file of numbers/,
    );
    const cut = fixture('float.tif').subarray(0, 300);
    const opened = open('float.tif', cut).then((pages) => pages.read(1));
    await expect(opened).rejects.toThrow(/^float\.tif cannot be read as a TIFF/);
    await expect(read('float.tif', 1, { maxValues: 47 })).rejects.toThrow(
      'float.tif says that it holds an image of 1×6×8, expected 1 to 47 values (--max-values raises it)',
    );
  });
});
