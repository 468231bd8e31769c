import { describe, expect, it } from 'vitest';
import { floatArray } from '../../../src/core/array.js';
import { UsageError } from '../../../src/core/errors.js';
import { levelsOf, peer, requireSize } from '../../../src/io/readers/reader.js';

const file = { bytes: new Uint8Array(), name: 'x.dcm', maxValues: 1 };

describe('peer', () => {
  it('says how to install what is not there, and passes on other errors', async () => {
    // A name that the compiler does not look for.
    const missing = ['no', 'such', 'package'].join('-');
    const wanted = peer('dicom-parser', 'a DICOM file', file, () => import(missing));
    await expect(wanted).rejects.toThrow(UsageError);
    await expect(wanted).rejects.toThrow(
      'x.dcm is a DICOM file, which needs the package dicom-parser: npm install dicom-parser',
    );
    const broken = peer('dicom-parser', 'a DICOM file', file, async () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
  });
});

it.each([[[3, 0, 4]], [[1, -3, 4]], [[1, Number.NaN, 4]], [[1, 2, 1e30]], [[1, 9, 9]]])(
  'an image of %j is refused by the name of its file',
  (shape) => {
    expect(() => requireSize(shape, { ...file, maxValues: 80 })).toThrow(
      /^x\.dcm says that it holds an image of/,
    );
  },
);

describe('levelsOf', () => {
  const of = (...values: number[]) => levelsOf(floatArray(Float32Array.from(values), [values.length]));

  it('are the least and the largest number, but zero where none is below it', () => {
    expect(of(-5, 3, Number.NaN)).toEqual({ black: -5, white: 3 });
    expect(of(100, 4000)).toEqual({ black: 0, white: 4000 });
    expect(of(0, 0.0625)).toEqual({ black: 0, white: 0.0625 });
  });

  it('are none where numbers are a picture’s, all zero, or not finite', () => {
    expect(of(0, 0.5)).toBeUndefined();
    expect(of(0, 0)).toBeUndefined();
    expect(of(0, Infinity)).toBeUndefined();
  });
});
