import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { filled, floatArray } from '../../src/core/array.js';
import { readPicture, writePicture } from '../../src/io/picture-file.js';
import { temporaryFolder } from '../io/folders.js';

it('what is written is read back to the rounding of its bits, as PNG or TIFF by its name', async () => {
  const folder = temporaryFolder();
  const image = floatArray(
    Float32Array.from({ length: 3 * 4 * 5 }, (_, i) => i / 60),
    [3, 4, 5],
  );
  for (const [name, bits, format] of [
    ['a.png', 8, 'png'],
    ['b.TIF', 16, 'tiff'],
  ] as const) {
    await writePicture(join(folder, name), image, { bits });
    expect((await sharp(join(folder, name)).metadata()).format).toBe(format);
    const found = await readPicture(join(folder, name));
    expect(found).toMatchObject({ bits, format });
    for (const [i, value] of image.data.entries()) {
      expect(Math.abs(found.image.data[i] - value)).toBeLessThan(0.501 / (2 ** bits - 1));
    }
  }
  expect(readdirSync(folder).sort()).toEqual(['a.png', 'b.TIF']);
});

it('the name says the format, and a name that says none is refused', async () => {
  const folder = temporaryFolder();
  for (const [name, format] of [
    ['a.JPG', 'jpeg'],
    ['a.jpeg', 'jpeg'],
    ['a.webp', 'webp'],
  ]) {
    await writePicture(join(folder, name), filled([3, 8, 8], 0.5), { quality: 60 });
    expect((await sharp(join(folder, name)).metadata()).format).toBe(format);
  }
  expect((await readPicture(join(folder, 'a.JPG'))).quality).toBe(60);
  await expect(writePicture(join(folder, 'a.bmp'), filled([1, 2, 2], 0))).rejects.toThrow(
    'a.bmp cannot be written: its name must end in .png',
  );
});

it('it takes alpha from the picture that it was made of, and clips to [0, 1]', async () => {
  const path = join(temporaryFolder(), 'a.png');
  await writePicture(path, filled([1, 1, 2], 1.7), { alpha: filled([1, 1, 2], 0.5) });
  const { image, alpha } = await readPicture(path);
  expect([...image.data]).toEqual([1, 1]);
  expect(alpha?.data[0]).toBeCloseTo(0.5, 2);
});

it('a file that is no picture, or too large, is refused by its name', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.png'), 'no picture');
  await expect(readPicture(join(folder, 'a.png'))).rejects.toThrow(`${join(folder, 'a.png')}`);
  await writePicture(join(folder, 'b.png'), filled([1, 4, 4], 0));
  const small = { side: 3, pixels: 100 };
  await expect(readPicture(join(folder, 'b.png'), small)).rejects.toThrow('4×4');
  expect(readFileSync(join(folder, 'b.png')).length).toBeGreaterThan(0);
});
