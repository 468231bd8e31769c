import { describe, expect, it } from 'vitest';
import { fixture, HEIGHT, open, plane, read, WIDTH } from './fixture.js';

describe('DICOM files', () => {
  it.each(['ct.dcm', 'ct_implicit.dcm', 'ct_be.dcm'])('%s is read in its own unit', async (name) => {
    const { array, levels, about } = await read(name);
    expect([array.shape, array.data]).toEqual([[1, HEIGHT, WIDTH], plane(1, 2, -1024)]);
    expect(levels).toEqual({ black: -1024, white: -832 });
    expect(about).toMatchObject({ format: 'DICOM', modality: 'CT', unit: 'HU', pixelSpacing: [0.5, 0.25] });
  });

  it('signs, frames, colours and inverted tones are read', async () => {
    expect((await read('signed.dcm')).array.data).toEqual(plane(1, 1, -20));
    const frames = await open('frames.dcm');
    expect([frames.count, (await frames.read(2)).array.data]).toEqual([3, plane(2)]);
    const colour = await read('colour.dcm');
    expect([colour.array.shape, colour.levels]).toEqual([[3, HEIGHT, WIDTH], { black: 0, white: 255 }]);
    expect(colour.array.data.subarray(HEIGHT * WIDTH, 2 * HEIGHT * WIDTH)).toEqual(plane(2));
    const inverted = await read('inverted.dcm');
    expect([inverted.array.data, inverted.levels]).toEqual([plane(1), { black: 96, white: 0 }]);
  });

  it('bits above the stored ones are not part of the value', async () => {
    const bytes = Buffer.from(fixture('ct.dcm'));
    bytes[bytes.length - 1] |= 0xf0; // of 16 bits 12 are stored
    const { array } = await (await open('ct.dcm', bytes)).read(1);
    expect(array.data).toEqual(plane(1, 2, -1024));
  });

  it('compressed, cut short, too large and other files are refused in a sentence', async () => {
    await expect(read('rle.dcm')).rejects.toThrow(
      'rle.dcm is a DICOM file compressed as run lengths, which is not',
    );
    await expect(read('jpeg2000.dcm')).rejects.toThrow(
      'compressed as JPEG 2000, which is not read: decompress',
    );
    const cut = fixture('ct.dcm').subarray(0, 700);
    await expect(open('ct.dcm', cut)).rejects.toThrow(
      /^ct\.dcm (is cut short|cannot be read as a DICOM file)/,
    );
    await expect(open('x.dcm', Buffer.from('hello'))).rejects.toThrow(
      /^x\.dcm cannot be read as a DICOM file/,
    );
    await expect(open('x.dcm', Buffer.alloc(0))).rejects.toThrow(
      'x.dcm is an empty file, expected a DICOM file',
    );
    await expect(read('ct.dcm', 1, { maxValues: 40 })).rejects.toThrow('expected 1 to 40 values');
  });
});
