import { createHash } from 'node:crypto';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { openInput, readInput, readOptionFile } from '../../src/io/inputs.js';
import { encodeNpy } from '../../src/io/npy.js';
import { encodeNpz } from '../../src/io/npz.js';
import { fill, temporaryFolder } from './folders.js';

const grey = (...levels: number[]) =>
  sharp(Uint8Array.from(levels), { raw: { width: levels.length, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

describe('readInput', () => {
  it('tells arrays from pictures by name', async () => {
    const folder = temporaryFolder();
    fill(folder, {
      'y.npy': encodeNpy(floatArray(Float32Array.of(-2, 3), [1, 2])),
      'p.png': await grey(0, 255),
      'wrong.npy': await grey(0),
    });
    const y = await readInput(join(folder, 'y.npy'));
    expect([y.picture, [...y.array.data], y.array.shape]).toEqual([undefined, [-2, 3], [1, 2]]);
    const p = await readInput(join(folder, 'p.png'));
    expect([p.picture?.bits, [...p.array.data], p.array.shape]).toEqual([8, [0, 1], [1, 1, 2]]);
    await expect(readInput(join(folder, 'wrong.npy'))).rejects.toThrow(
      /wrong\.npy is not a NumPy \.npy file/,
    );
    await expect(readInput(join(folder, 'none.npy'))).rejects.toThrow(
      /none\.npy cannot be read: there is no such file or folder/,
    );
  });
});

describe('openInput', () => {
  it('tells the shape of what will be read, by the header alone', async () => {
    const folder = temporaryFolder();
    const colour = sharp({ create: { width: 5, height: 3, channels: 3, background: '#808080' } });
    const files = {
      'grey.png': await grey(0, 9),
      'turned.jpg': await colour.jpeg().withMetadata({ orientation: 6 }).toBuffer(),
      'clear.png': await colour.ensureAlpha(0.5).toColourspace('rgb16').png().toBuffer(),
      'y.npy': encodeNpy(floatArray(new Float32Array(12), [2, 3, 2])),
      'z.npy': encodeNpy(floatArray(new Float32Array(12), [2, 3, 2]), { complex: true }),
    };
    fill(folder, files);
    for (const name of Object.keys(files)) {
      const opened = await openInput(join(folder, name));
      expect(opened.shape, name).toEqual((await opened.read()).array.shape);
    }
  });

  it('reads no more of an array than its header says, and nothing of one that is too large', async () => {
    const folder = temporaryFolder();
    const small = encodeNpy(floatArray(Float32Array.of(1, 2, 3, 4), [1, 2, 2]));
    const text = Buffer.from(small).toString('latin1').replace('(1, 2, 2)', '(30000, 30000)');
    fill(folder, { 'long.npy': small, 'large.npy': Buffer.from(text.replace('     ', ''), 'latin1') });
    for (const name of ['long.npy', 'large.npy']) truncateSync(join(folder, name), 8e9);
    const { array, sha256 } = await readInput(join(folder, 'long.npy'));
    expect([...array.data]).toEqual([1, 2, 3, 4]);
    expect(sha256).toBe(createHash('sha256').update(small).digest('hex'));
    await expect(readInput(join(folder, 'large.npy'))).rejects.toThrow(
      /large\.npy holds an array of shape 30000×30000 = 900000000 values, and the limit is 268435456 values/,
    );
  });
});

it('of an archive of several arrays the one that is named is read', async () => {
  const folder = temporaryFolder();
  const [a, b] = [floatArray(Float32Array.of(1), [1]), floatArray(Float32Array.of(2), [1])];
  fill(folder, { 'two.npz': encodeNpz({ a, b }) });
  const read = (dataset?: string) => readInput(join(folder, 'two.npz'), undefined, { dataset });
  expect((await read('b')).array.data[0]).toBe(2);
  await expect(read()).rejects.toThrow(/two\.npz holds 2 arrays \(a, b\): say which with --dataset$/);
  await expect(read('c')).rejects.toThrow(/\(a, b\): none is called c$/);
});

describe('readOptionFile', () => {
  it('reads a mask at half: from grey, from colour and from an array', async () => {
    const folder = temporaryFolder();
    const colour = Uint8Array.of(255, 255, 0, 127, 127, 127, 128, 128, 128);
    fill(folder, {
      'grey.png': await grey(0, 127, 128, 255),
      'colour.png': await sharp(colour, { raw: { width: 3, height: 1, channels: 3 } })
        .png()
        .toBuffer(),
      'array.npy': encodeNpy(floatArray(Float32Array.of(0.2, 1), [2, 1])),
    });
    const mask = async (name: string) => {
      const { data, shape } = await readOptionFile(join(folder, name), 'mask', 'mask');
      return [[...data], shape];
    };
    expect(await mask('grey.png')).toEqual([
      [0, 0, 1, 1],
      [1, 4],
    ]);
    expect(await mask('colour.png')).toEqual([
      [1, 0, 1],
      [1, 3],
    ]);
    expect(await mask('array.npy')).toEqual([
      [0, 1],
      [2, 1],
    ]);
  });

  it('takes what is transparent in a mask as missing, whatever colour lies below', async () => {
    const folder = temporaryFolder();
    const cut = sharp(Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255), {
      raw: { width: 3, height: 1, channels: 4 },
    });
    fill(folder, { 'm.png': await cut.png().toBuffer() });
    const mask = await readOptionFile(join(folder, 'm.png'), 'mask', 'mask');
    expect([[...mask.data], mask.shape]).toEqual([
      [1, 0, 1],
      [1, 3],
    ]);
  });

  it('takes no file that holds NaN, whatever it is read for', async () => {
    const folder = temporaryFolder();
    const lost = floatArray(Float32Array.of(1, Number.NaN, 0, 1), [2, 2]);
    fill(folder, { 'nan.npy': encodeNpy(lost) });
    for (const role of ['mask', 'kernel', 'plane', 'array'] as const) {
      await expect(readOptionFile(join(folder, 'nan.npy'), role, 'option mask of inpaint')).rejects.toThrow(
        /^option mask of inpaint: \S+nan\.npy holds NaN \(value 1 of 2×2\), expected finite numbers$/,
      );
    }
  });

  it('reads a kernel as its values and an array as it is', async () => {
    const folder = temporaryFolder();
    const array = floatArray(Float32Array.of(-1, 2, 0.25, 4), [4]);
    fill(folder, { 'k.png': await grey(51, 255), 'a.npy': encodeNpy(array) });
    expect([...(await readOptionFile(join(folder, 'k.png'), 'kernel', 'kernel')).data]).toEqual([
      Math.fround(0.2),
      1,
    ]);
    expect((await readOptionFile(join(folder, 'a.npy'), 'array', 'matrix')).data).toEqual(array.data);
    const refusal = readOptionFile(join(folder, 'a.npy'), 'kernel', 'option kernel of blur');
    await expect(refusal).rejects.toThrow(UsageError);
    await expect(refusal).rejects.toThrow(
      /^option kernel of blur: .*a\.npy has shape 4, expected a plane H×W$/,
    );
    await expect(readOptionFile(join(folder, 'none.png'), 'mask', 'option mask of inpaint')).rejects.toThrow(
      /^option mask of inpaint: .*none\.png cannot be read: there is no such file/,
    );
  });
});
