import sharp from 'sharp';
import { expect, it } from 'vitest';
import { jpegQuality } from '../../src/io/jpeg-quality.js';
import { colourPng } from '../pictures.js';

const saved = async (quality: number) =>
  sharp(await colourPng(16, 16))
    .jpeg({ quality })
    .toBuffer();

// Below, the largest steps are cut off at 255.
it.each([20, 50, 75, 92, 99])('%d is read from a file that was saved so', async (quality) => {
  expect(Math.abs((jpegQuality(await saved(quality)) as number) - quality)).toBeLessThanOrEqual(1);
});

it('a file without a table, a torn one and no JPEG have none', async () => {
  const bytes = await saved(80);
  expect(jpegQuality(bytes.subarray(0, 24))).toBeUndefined();
  expect(jpegQuality(await colourPng(8, 8))).toBeUndefined();
  expect(jpegQuality(new Uint8Array())).toBeUndefined();
});
