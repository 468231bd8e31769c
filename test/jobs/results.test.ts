import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { filled } from '../../src/core/array.js';
import type { Input } from '../../src/io/inputs.js';
import { decodeNpy, joinChunks } from '../../src/io/npy.js';
import { decodeNpz } from '../../src/io/npz.js';
import type { NewFile } from '../../src/io/output-folder.js';
import type { Picture } from '../../src/io/picture.js';
import {
  encodeResults,
  estimateOf,
  possibleEndings,
  resultEndings,
  resultFormat,
} from '../../src/jobs/results.js';
import type { Posterior } from '../../src/restore.js';

const shape = [1, 2, 2];
const posterior = {
  ...{ mean: filled(shape, 0.5), median: filled(shape, 0.4), sd: filled(shape, 0.2) },
  ...{ lower: filled(shape, 0.3), upper: filled(shape, 0.7), drawn: 1 },
  samples: [filled(shape, 0.1), filled(shape, 0.9)],
} as unknown as Posterior;
const inputOf = (picture?: Partial<Picture>) => ({ picture }) as Input;
const bytesOf = ({ bytes }: NewFile) =>
  bytes instanceof Uint8Array ? bytes : joinChunks(bytes as Iterable<Uint8Array>);
const tiff = inputOf({ format: 'tiff', bits: 16 });
const array = inputOf();

describe('the form of a result', () => {
  it('is that of the input where nothing is asked; an array becomes PNG of 16 bits', () => {
    expect(resultFormat({}, tiff)).toEqual({ format: 'tiff', bits: 16 });
    expect(resultFormat({}, inputOf({ format: 'jpeg', bits: 8 }))).toEqual({ format: 'png', bits: 8 });
    expect(resultFormat({}, array)).toEqual({ format: 'png', bits: 16 });
  });

  it('is what is asked, but JPEG and WebP have no more than 8 bits', () => {
    expect(resultFormat({ format: 'png', bits: 8 }, tiff)).toEqual({ format: 'png', bits: 8 });
    expect(resultFormat({ format: 'webp', bits: 16 }, tiff)).toEqual({
      format: 'webp',
      bits: 8,
      quality: 95,
    });
  });

  it('is as good as the input where it loses something, but for a quality that is what is restored', () => {
    const jpeg = inputOf({ format: 'jpeg', bits: 8, quality: 71 });
    const lossy = { format: 'jpeg', bits: 8 };
    expect(resultFormat({ format: 'input' }, jpeg)).toEqual({ ...lossy, quality: 71 });
    expect(resultFormat({ format: 'input', quality: 90 }, jpeg)).toEqual({ ...lossy, quality: 90 });
    expect(resultFormat({ format: 'jpeg' }, jpeg, true)).toEqual({ ...lossy, quality: 95 });
    expect(resultFormat({ format: 'input' }, inputOf({ format: 'avif', bits: 8 })).format).toBe('png');
    expect(resultFormat({ format: 'input' }, tiff).format).toBe('tiff');
    const scan = { about: {} } as Input;
    expect([resultFormat({ format: 'input' }, scan).format, resultFormat({}, scan).format]).toEqual([
      'npy',
      'npy',
    ]);
    expect(possibleEndings('input')).toEqual(
      expect.arrayContaining(['.png', '.tiff', '.npy', '.jpeg', '.webp']),
    );
  });

  it('says which files there may be', () => {
    expect(resultEndings({ format: 'npy' })).toEqual(['.npy', '.preview.png', '.sd.png', '.posterior.npz']);
    expect(possibleEndings(undefined)).toEqual(expect.arrayContaining(['.png', '.tiff', '.npy', '.sd.png']));
    expect(possibleEndings('webp')).toEqual(['.webp', '.sd.png', '.posterior.npz']);
  });
});

describe('the files of a posterior', () => {
  it('are the estimate, a picture of the standard deviation, and the numbers', async () => {
    const { files, sdWhite } = await encodeResults(posterior, 'mean', { format: 'png', bits: 16 }, array);
    expect(files.map(({ ending }) => ending)).toEqual(['.png', '.sd.png', '.posterior.npz']);
    const [estimate, spread, numbers] = files.map(bytesOf);
    expect((await sharp(estimate).metadata()).depth).toBe('ushort');
    expect((await sharp(spread).raw().toBuffer())[0]).toBe(255);
    expect(sdWhite).toBeCloseTo(0.2, 6);
    const arrays = await decodeNpz(numbers, 'a');
    expect(Object.entries(arrays).map(([name, { array }]) => [name, array.data[0]])).toEqual(
      Object.entries({ mean: 0.5, sd: 0.2, lower: 0.3, upper: 0.7 }).map(([name, value]) => [
        name,
        Math.fround(value),
      ]),
    );
  });

  it('without an uncertainty are the estimate and the mean', async () => {
    const single = { ...posterior, sd: undefined, lower: undefined, upper: undefined };
    const { files, sdWhite } = await encodeResults(single, 'mean', { format: 'npy', bits: 16 }, array);
    expect([files.map(({ ending }) => ending), sdWhite]).toEqual([['.npy', '.posterior.npz'], undefined]);
    expect(decodeNpy(bytesOf(files[0]), 'a').array.data[3]).toBe(0.5);
    expect(Object.keys(await decodeNpz(bytesOf(files[1]), 'a'))).toEqual(['mean']);
  });

  it('an estimate is the mean, the median, or one draw', () => {
    const value = (which: 'mean' | 'median' | 'sample') => estimateOf(posterior, which).data[0];
    expect([value('mean'), value('median'), value('sample')]).toEqual([0.5, 0.4, 0.9].map(Math.fround));
  });
});
