/** What the Independent JPEG Group's library decodes from its own files, and what we say that it does: bit for bit. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ImageShape } from '../../../problems/parts/planes.js';
import { decodedFile } from '../../../problems/restoration/jpeg-decoded.js';
import { zeros } from '../../../src/core/array.js';
import type { JpegCoding } from '../../../src/core/jpeg-coding.js';
import { jpegCoding } from '../../../src/io/jpeg-file.js';
import { planar, scene } from './jpeg-scene.js';

/** A file, how it holds its picture, and the picture that libjpeg decodes from it. */
async function decoded(file: Buffer, [channels, height, width]: ImageShape) {
  const picture = channels === 1 ? sharp(file).toColourspace('b-w') : sharp(file);
  const coding = jpegCoding(file) as JpegCoding;
  return { coding, expected: planar(await picture.raw().toBuffer(), channels, height, width) };
}

describe('what is decoded', () => {
  const sizes = fc.record({
    channels: fc.constantFrom(1, 3),
    height: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
  });
  const settings = fc.record({
    quality: fc.integer({ min: 1, max: 100 }),
    chromaSubsampling: fc.constantFrom('4:2:0', '4:4:4'),
  });

  it('is that of libjpeg, whatever size and quality', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, settings, async ({ channels, height, width }, setting) => {
        const shape: ImageShape = [channels, height, width];
        const bytes = scene(channels, height, width);
        const raw = { width, height, channels: channels as 1 | 3 };
        const stored = (picture: Sharp) => (channels === 1 ? picture.toColourspace('b-w') : picture);
        const file = await stored(sharp(bytes, { raw })).jpeg(setting).toBuffer();
        const { coding, expected } = await decoded(file, shape);
        const found = decodedFile(shape, coding)(planar(bytes, channels, height, width));
        expect(found.data).toEqual(expected.data);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(['half-width', 'half-height'])('is that of libjpeg at %s', async (name) => {
    const files = JSON.parse(
      readFileSync(new URL('../../fixtures/jpeg/files.json', import.meta.url), 'utf8'),
    );
    const shape: ImageShape = [3, 21, 38];
    const levels = Uint8Array.from({ length: 3 * 21 * 38 }, (_, i) => {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % 38, Math.floor(i / 114)];
      return Math.min(Math.max(128 + (((x - 17) * (y - 11)) >> 2) + (c - 1) * 5 * ((x * y) % 7), 0), 255);
    });
    const { coding, expected } = await decoded(Buffer.from(files[name], 'base64'), shape);
    expect(coding.chroma).toBe(name);
    expect(decodedFile(shape, coding)(planar(levels, ...shape)).data).toEqual(expected.data);
  });

  it('is of levels from 0 to 255, also of what lies beyond them', async () => {
    const coding = { tables: new Array(64).fill(1), chroma: 'full', orientation: 1 } as const;
    const x = zeros([1, 8, 8]);
    x.data.set([-3, 0.4 / 255, 0.6 / 255, 7], 0);
    const { data } = decodedFile([1, 8, 8], coding)(x);
    const clipped = zeros([1, 8, 8]);
    clipped.data.set([0, 0, 1 / 255, 1], 0);
    expect(data).toEqual(decodedFile([1, 8, 8], coding)(clipped).data);
    expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(() => decodedFile([1, 8, 8], coding)(zeros([3, 8, 8]))).toThrow('3×8×8');
  });
});
