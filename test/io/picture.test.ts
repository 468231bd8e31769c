import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { decodePicture, encodePicture } from '../../src/io/picture.js';

const height = 5;
const width = 7;

/** Every level of the depth is met: values far apart and without pattern between channels. */
function levels(channels: number, bits: 8 | 16): Uint8Array | Uint16Array {
  const values = new (bits === 8 ? Uint8Array : Uint16Array)(height * width * channels);
  return values.map((_, i) => (i * 40_503) % 2 ** bits);
}

/** A file made by sharp alone, not by the code under test. */
function file(
  values: Uint8Array | Uint16Array,
  channels: 1 | 2 | 3 | 4,
  format: 'png' | 'tiff',
): Promise<Buffer> {
  const deep = values instanceof Uint16Array;
  const space = channels < 3 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb';
  const raw = sharp(values, { raw: { width, height, channels } }).toColourspace(space);
  return (format === 'png' ? raw.png() : raw.tiff({ compression: 'deflate' })).toBuffer();
}

describe.each(['png', 'tiff'] as const)('a %s file', (format) => {
  describe.each([8, 16] as const)('of %i bits', (bits) => {
    it.each([1, 2, 3, 4] as const)(
      'with %i channels is read exactly and written back as it was',
      async (channels) => {
        const values = levels(channels, bits);
        const picture = await decodePicture(await file(values, channels, format), 'p');
        expect(picture).toMatchObject({ bits, format });
        const colours = channels < 3 ? 1 : 3;
        expect(picture.image.shape).toEqual([colours, height, width]);
        expect(picture.alpha?.shape).toEqual(channels % 2 === 0 ? [1, height, width] : undefined);
        const top = 2 ** bits - 1;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const at = (y * width + x) * channels;
            for (let c = 0; c < colours; c++) {
              expect(picture.image.get(c, y, x)).toBe(Math.fround(values[at + c] / top));
            }
            if (picture.alpha)
              expect(picture.alpha.get(0, y, x)).toBe(Math.fround(values[at + colours] / top));
          }
        }

        const written = await encodePicture({ ...picture, format });
        expect(await sharp(written).metadata()).toMatchObject({
          format,
          depth: bits === 8 ? 'uchar' : 'ushort',
          space: colours === 1 ? (bits === 8 ? 'b-w' : 'grey16') : bits === 8 ? 'srgb' : 'rgb16',
          channels,
        });
        const again = await decodePicture(written, 'again');
        expect(again.image.data).toEqual(picture.image.data);
        expect(again.alpha?.data).toEqual(picture.alpha?.data);
      },
    );
  });

  it.each([8, 16] as const)(
    'of %i bits keeps its colour profile, and its values unconverted',
    async (bits) => {
      const raw = sharp(levels(3, bits), { raw: { width, height, channels: 3 } });
      const space = bits === 8 ? 'srgb' : 'rgb16';
      const encoded = raw.withIccProfile('p3').toColourspace(space);
      const source = await (format === 'png'
        ? encoded.png()
        : encoded.tiff({ compression: 'deflate' })
      ).toBuffer();
      const written = await encodePicture({ ...(await decodePicture(source, 'p')), format });
      const meta = await sharp(written).metadata();
      expect(meta.icc).toEqual((await sharp(source).metadata()).icc);
      expect(meta.icc?.length).toBeGreaterThan(128);
      const device = (bytes: Uint8Array) =>
        sharp(bytes, { ignoreIcc: true })
          .toColourspace(space)
          .raw({ depth: bits === 8 ? 'uchar' : 'ushort' })
          .toBuffer();
      expect(await device(written)).toEqual(await device(source));
      // What a viewer shows: the profile applied once, to both.
      expect(await sharp(written).toColourspace('srgb').raw().toBuffer()).toEqual(
        await sharp(source).toColourspace('srgb').raw().toBuffer(),
      );
    },
  );
});

describe('decodePicture', () => {
  it('turns a picture upright as its EXIF orientation says', async () => {
    const upright = levels(3, 8);
    const stored = sharp(upright, { raw: { width, height, channels: 3 } }).rotate(90); // stored clockwise
    const png = await stored.withMetadata({ orientation: 8 }).png().toBuffer(); // to be turned back
    const { image } = await decodePicture(png, 'p');
    expect(image.shape).toEqual([3, height, width]);
    expect(image.get(1, 2, 3)).toBe(Math.fround(upright[(2 * width + 3) * 3 + 1] / 255));
  });

  it('converts CMYK to sRGB and leaves its profile behind', async () => {
    const red = { create: { width, height, channels: 3, background: 'red' } } as const;
    const jpeg = await sharp(red).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
    const picture = await decodePicture(jpeg, 'p');
    expect(picture.image.shape).toEqual([3, height, width]);
    expect(picture.icc).toBeUndefined();
    expect(picture.image.get(0, 0, 0)).toBeGreaterThan(0.8);
    expect(picture.image.get(2, 0, 0)).toBeLessThan(0.3);
  });

  it('reads a single pixel', async () => {
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    const { image } = await decodePicture(png, 'p');
    expect([...image.data]).toEqual([0x33, 0x66, 0x99].map((level) => Math.fround(level / 255)));
  });

  it('holds pictures to the limits, which can be raised', async () => {
    const png = await sharp({ create: { width: 30_000, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await expect(decodePicture(png, 'wide.png')).rejects.toThrow(
      'wide.png is 30000×2 pixels, and the limit is 16384 pixels a side (--max-pixels raises it)',
    );
    const raised = { side: Number.POSITIVE_INFINITY, pixels: 60_000 };
    expect((await decodePicture(png, 'wide.png', raised)).image.shape).toEqual([3, 2, 30_000]);
    await expect(decodePicture(png, 'wide.png', { ...raised, pixels: 59_999 })).rejects.toThrow(
      'wide.png is 30000×2 = 60000 pixels, and the limit is 59999 pixels (--max-pixels raises it)',
    );
  });

  it('refuses what is no picture in one sentence that names the file', async () => {
    const png = await file(levels(3, 8), 3, 'png');
    const refusal = (bytes: Uint8Array) =>
      decodePicture(bytes, 'x.png').catch((error: Error) => error.message);
    expect(await refusal(new Uint8Array(0))).toBe('x.png is an empty file, expected a picture');
    expect(await refusal(new TextEncoder().encode('hello'))).toBe(
      'x.png is not a picture: its bytes are of no known format, expected PNG, TIFF, JPEG, WebP or AVIF',
    );
    expect(await refusal(png.subarray(0, png.length - 30))).toMatch(
      /^x\.png is a damaged png picture: [^\n]+$/,
    );
    expect(await refusal(png.subarray(0, 20))).toMatch(/^x\.png is a damaged picture: [^\n]+$/);
  });

  it('refuses floating-point pictures, which sharp would cut to integers', async () => {
    const tiff = await sharp(levels(1, 8), { raw: { width, height, channels: 1 } })
      .toColourspace('scrgb')
      .tiff({ compression: 'deflate' })
      .toBuffer();
    expect((await sharp(tiff).metadata()).depth).toBe('float');
    await expect(decodePicture(tiff, 'x.tif')).rejects.toThrow(
      /x\.tif holds values of type float, expected 8 or 16/,
    );
  });
});

describe('encodePicture', () => {
  it('clips to [0, 1] and rounds to the nearest level', async () => {
    const image = floatArray(Float32Array.of(-0.2, 0.0019, 0.002, 0.998, 1.3, 127.6 / 255), [1, 1, 6]);
    const bytes = await encodePicture({ image, bits: 8, format: 'png' });
    const { data } = await sharp(bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([0, 0, 1, 254, 255, 128]);
  });

  it('enlarges alpha with the image', async () => {
    const alpha = floatArray(new Float32Array(4).fill(0.5), [1, 2, 2]);
    const image = floatArray(new Float32Array(48), [3, 4, 4]);
    const { alpha: found } = await decodePicture(
      await encodePicture({ image, alpha, bits: 16, format: 'png' }),
      'p',
    );
    expect(found?.shape).toEqual([1, 4, 4]);
    for (const value of found?.data ?? []) expect(value).toBeCloseTo(0.5, 4);
  });

  it('leaves out a profile that does not describe the channels', async () => {
    const p3 = sharp(levels(3, 8), { raw: { width, height, channels: 3 } }).withIccProfile('p3');
    const { icc } = await decodePicture(await p3.png().toBuffer(), 'p');
    expect(icc).toBeDefined();
    const image = floatArray(new Float32Array(4), [1, 2, 2]);
    const written = await encodePicture({ image, icc, bits: 8, format: 'png' });
    expect((await sharp(written).metadata()).icc).toBeUndefined();
  });
});
