import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('NIfTI volumes', () => {
  it.each(['brain.nii', 'brain.nii.gz', 'be.nii'])('%s is read slice by slice', async (name) => {
    const volume = await open(name);
    expect(volume.count).toBe(3);
    const { array, levels, about } = await volume.read(3);
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(3, 1, -20)]);
    expect(levels).toEqual({ black: -20, white: 76 });
    expect(about).toMatchObject({ format: 'NIfTI', spacing: [0.5, 0.25, 2] });
    expect(about?.['affine']).toEqual([
      [0.5, 0, 0, 0],
      [0, 0.25, 0, 0],
      [0, 0, 2, 0],
      [0, 0, 0, 1],
    ]);
  });

  it('slope and intercept are applied; version 2 is read', async () => {
    expect((await read('scaled.nii', 2)).array.data).toEqual(plane(2, 0.5, -7));
    expect((await read('nifti2.nii')).array.data).toEqual(plane(1));
  });

  it('damaged, cut short, swollen and other files are refused in a sentence', async () => {
    const brain = fixture('brain.nii');
    await expect(open('b.nii', brain.subarray(0, 500))).rejects.toThrow('b.nii is cut short');
    await expect(open('b.nii', brain.subarray(0, 100))).rejects.toThrow('does not begin with the header');
    await expect(open('b.nii.gz', fixture('brain.nii.gz').subarray(0, 60))).rejects.toThrow(
      'b.nii.gz is damaged',
    );
    const swollen = gzipSync(Buffer.alloc(2 ** 24));
    await expect(open('b.nii.gz', swollen)).rejects.toThrow('inflates to more than 1000000 values');
    const complex = Buffer.from(brain);
    complex.writeInt16LE(32, 70);
    await expect(open('b.nii', complex)).rejects.toThrow('b.nii holds values of type 32');
    const pair = Buffer.from(brain);
    pair.write('ni1', 344, 'latin1');
    await expect(open('b.nii', pair)).rejects.toThrow('is a NIfTI header without its values');
    const wide = Buffer.from(brain);
    wide.writeInt16LE(32767, 42);
    await expect(open('b.nii', wide)).rejects.toThrow(
      /says that it holds an image of 1×6×32767|is cut short/,
    );
  });
});
