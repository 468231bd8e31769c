/** Damaged pictures: decoded to finite values of the size they say, or refused in a sentence that names the file. */
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '../../src/io/picture.js';
import { colourPng, greyPng } from '../pictures.js';
import { damaged, expectSentence, parameters, tally } from './damage.js';

const { count, print } = tally('pictures');
afterAll(print);

let files: Uint8Array[];
beforeAll(async () => {
  const colour = await colourPng(19, 13);
  const picture = () => sharp(colour);
  files = await Promise.all([
    colour,
    greyPng(12, 17),
    picture().ensureAlpha(0.5).png().toBuffer(),
    picture().png({ palette: true }).toBuffer(),
    picture().toColourspace('rgb16').png().toBuffer(),
    picture().jpeg().toBuffer(),
    picture().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    picture().webp({ lossless: true }).toBuffer(),
    picture().webp().toBuffer(),
    picture().tiff({ compression: 'none' }).toBuffer(),
    picture().tiff({ compression: 'lzw' }).toBuffer(),
  ]);
});

describe('a damaged picture', () => {
  it('is read or refused in a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(files), async (bytes) => {
        try {
          const { image, alpha } = await decodePicture(bytes, 'folder/a.png', {
            side: 4096,
            pixels: 2 ** 22,
          });
          const [channels, height, width] = image.shape;
          expect([1, 3]).toContain(channels);
          expect(image.data.length).toBe(channels * height * width);
          expect(image.data.every((value) => value >= 0 && value <= 1)).toBe(true);
          if (alpha) expect(alpha.shape).toEqual([1, height, width]);
          count('read');
        } catch (error) {
          expectSentence(error);
          expect((error as Error).message).toContain('folder/a.png');
          count('refused');
        }
      }),
      parameters(60),
    );
  });
});
