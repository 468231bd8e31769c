import { describe, expect, it } from 'vitest';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('HDF5 files', () => {
  it('fastMRI’s k-space is read slice by slice, coils first', async () => {
    const file = await open('fastmri.h5');
    expect([file.count, file.shape]).toEqual([3, [2, HEIGHT, WIDTH, 2]]);
    const { array, about, levels } = await file.read(2); // planes 3 and 4 of six, each the other's imaginary part
    const [first, second] = [plane(3), plane(4)];
    expect(array.data.filter((_, i) => i % 2 === 0)).toEqual(Float32Array.of(...first, ...second));
    expect(array.data.filter((_, i) => i % 2 === 1)).toEqual(Float32Array.of(...second, ...first));
    expect([about, levels]).toEqual([{ format: 'HDF5', dataset: 'kspace' }, undefined]);
  });

  it('the only array, or the one that is named, is read', async () => {
    const { array, levels } = await read('single.h5');
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(1)]);
    expect(levels).toEqual({ black: 0, white: 96 });
    expect((await read('two.h5', 1, { dataset: '/b/c' })).array.data).toEqual(plane(1));
    const rss = await open('fastmri.h5', undefined, { dataset: 'reconstruction_rss' });
    expect([rss.count, rss.shape]).toEqual([3, [1, HEIGHT, WIDTH]]);
  });

  it('several arrays, unknown names, damage and size are told in a sentence', async () => {
    await expect(read('two.h5')).rejects.toThrow('two.h5 holds the arrays a, b/c: say which with --dataset');
    await expect(read('two.h5', 1, { dataset: 'd' })).rejects.toThrow(
      'holds the arrays a, b/c: none is called d',
    );
    await expect(open('x.h5', fixture('single.h5').subarray(0, 900))).rejects.toThrow(
      /^x\.h5 cannot be read as an HDF5 file/,
    );
    await expect(open('x.h5', Buffer.from('nothing'))).rejects.toThrow(
      /^x\.h5 cannot be read as an HDF5 file/,
    );
    await expect(read('lzf.h5')).rejects.toThrow(/^lzf\.h5 holds a packed as lzf, which is not read: .*gzip/);
    await expect(read('single.h5', 1, { maxValues: 9 })).rejects.toThrow('expected 1 to 9 values');
    expect((await read('single.h5')).array.data).toEqual(plane(1)); // what went before left nothing open
  });
});
