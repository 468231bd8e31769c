import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { fillHidden } from '../../src/io/hidden-colours.js';
import { decodePicture, encodePicture } from '../../src/io/picture.js';
import { pngChunks, withChunks } from '../../src/io/png-chunks.js';

const size = { width: 8, height: 6 };
const colour = () =>
  sharp(
    Uint8Array.from({ length: 3 * 48 }, (_, i) => (i * 37) % 256),
    { raw: { ...size, channels: 3 } },
  );
const exif = { IFD0: { Make: 'Retro', Copyright: 'CC0' } };

describe('what a file says beside its pixels', () => {
  it.each(['png', 'tiff', 'jpeg', 'webp'] as const)('goes from a JPEG into a %s', async (format) => {
    const source = await colour()
      .withExif(exif)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>')
      .withMetadata({ density: 300, orientation: 6, exif })
      .jpeg({ quality: 83 })
      .toBuffer();
    const picture = await decodePicture(source, 'p.jpg');
    expect(picture.quality).toBe(83);
    const written = await encodePicture({ ...picture, format });
    const meta = await sharp(written).metadata();
    expect(meta).toMatchObject({ width: 6, height: 8, ...(format === 'webp' ? {} : { density: 300 }) });
    expect(meta.xmp?.toString()).toMatch(/xmpmeta/);
    expect(meta.orientation ?? 1).toBe(1); // the pixels are upright already
    // libvips writes no EXIF into a TIFF, and a WebP has no density of its own.
    if (format !== 'tiff') expect(Buffer.from(meta.exif!).toString('latin1')).toMatch(/Retro/);
    if (format === 'jpeg') expect((await decodePicture(written, 'again')).quality).toBe(83);
  });

  it('a JPEG has the EXIF data of the input byte by byte, upright, and still opens', async () => {
    const source = await colour().withMetadata({ orientation: 8, density: 300, exif }).jpeg().toBuffer();
    const picture = await decodePicture(source, 'p.jpg');
    // A maker's notes follow in a place of their own, which libvips does not know.
    const notes = Buffer.concat([picture.extras!.exif!, Buffer.from('notes of the maker')]);
    const jpeg = await encodePicture({
      ...picture,
      extras: { ...picture.extras, exif: notes },
      format: 'jpeg',
    });
    const meta = await sharp(jpeg).metadata();
    expect(meta.exif?.subarray(6)).toEqual(notes);
    expect([meta.orientation, meta.density, meta.width, meta.height]).toEqual([1, 300, 6, 8]);
    expect((await decodePicture(jpeg, 'again.jpg')).warnings).toBeUndefined();
    const plain = await encodePicture({ ...picture, extras: { density: 240 }, format: 'jpeg' });
    expect((await sharp(plain).metadata()).density).toBe(240);
    const long = { ...picture, extras: { exif: Buffer.alloc(70_000) }, format: 'jpeg' as const };
    expect((await sharp(await encodePicture(long)).metadata()).exif).toBeUndefined();
  });

  it('a JPEG is written with colour at full resolution, a WebP without loss where it came so', async () => {
    const halved = await colour().jpeg({ quality: 90, chromaSubsampling: '4:2:0' }).toBuffer();
    const picture = await decodePicture(halved, 'p.jpg');
    const jpeg = await sharp(await encodePicture({ ...picture, format: 'jpeg' })).metadata();
    expect(jpeg.chromaSubsampling).toBe('4:4:4');
    for (const lossless of [true, false]) {
      const source = await decodePicture(await colour().webp({ lossless, quality: 50 }).toBuffer(), 'p.webp');
      const again = await decodePicture(await encodePicture({ ...source, format: 'webp' }), 'again.webp');
      expect([again.quality, again.image.data.every((value, i) => value === source.image.data[i])]).toEqual(
        lossless ? [100, true] : [undefined, false],
      );
    }
  });

  it('says nothing about the density where the input does not', async () => {
    const picture = await decodePicture(await colour().jpeg().toBuffer(), 'p.jpg');
    const types = async (bytes: Uint8Array) => pngChunks(bytes).map(({ type }) => type);
    expect(await types(await encodePicture({ ...picture, format: 'png' }))).toEqual(['IHDR', 'IEND']);
    const tiff = await encodePicture({ ...picture, format: 'tiff' });
    expect((await sharp(tiff).metadata()).density ?? 72).toBe(72);
    const jpeg = await encodePicture({ ...picture, format: 'jpeg' });
    expect([...jpeg.subarray(13, 18)]).toEqual([0, 0, 1, 0, 1]); // no unit, square pixels
  });

  it('keeps what a PNG says of its colours', async () => {
    const gamma = { type: 'gAMA', content: Uint8Array.of(0, 1, 134, 160) };
    const cicp = { type: 'cICP', content: Uint8Array.of(9, 16, 0, 1) };
    const source = withChunks(await colour().png().toBuffer(), [gamma, cicp]);
    const picture = await decodePicture(source, 'p.png');
    const chunks = pngChunks(await encodePicture({ ...picture, format: 'png' }));
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'gAMA', 'cICP', 'IEND']);
    expect([...chunks[1].content]).toEqual([0, 1, 134, 160]);
  });
});

/** An uncompressed little-endian TIFF of 8-bit bands. */
function tiff(bands: number, photometric: number, extra: readonly number[]): Uint8Array {
  const pixels = size.width * size.height * bands;
  const entries = [
    [256, 4, 1, size.width],
    [257, 4, 1, size.height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, photometric],
    [273, 4, 1, 8],
    [277, 3, 1, bands],
    [278, 4, 1, size.height],
    [279, 4, 1, pixels],
    ...(extra.length > 0 ? [[338, 3, extra.length, extra[0] + 65536 * (extra[1] ?? 0)]] : []),
  ];
  const bytes = Buffer.alloc(8 + pixels + 2 + 12 * entries.length + 4, 90);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8 + pixels, 4);
  bytes.writeUInt16LE(entries.length, 8 + pixels);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 8 + pixels + 2 + 12 * i;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  bytes.fill(0, bytes.length - 4);
  return bytes;
}

describe('bands of a TIFF', () => {
  it('are alpha where the file says so', async () => {
    expect((await decodePicture(tiff(2, 1, [2]), 'x.tif')).alpha?.shape).toEqual([1, 6, 8]);
    expect((await decodePicture(tiff(4, 2, [2]), 'x.tif')).alpha?.shape).toEqual([1, 6, 8]);
    expect((await decodePicture(tiff(3, 2, []), 'x.tif')).alpha).toBeUndefined();
  });

  it.each([
    [2, 1, [0], 'x.tif has 2 bands (1 of colour and 1 that the file does not call alpha)'],
    [4, 2, [], 'x.tif has 4 bands (3 of colour and 1 that the file does not call alpha)'],
    [5, 2, [2, 0], 'x.tif has 5 bands (3 of colour and 2 that the file does not call alpha)'],
  ])('are refused where it does not: %i bands', async (bands, photometric, extra, sentence) => {
    await expect(decodePicture(tiff(bands, photometric, extra), 'x.tif')).rejects.toThrow(sentence);
  });
});

describe('oddities', () => {
  it('says that amounts of ink become sRGB', async () => {
    const ink = await colour().toColourspace('cmyk').jpeg().toBuffer();
    const { image, icc, warnings } = await decodePicture(ink, 'x.jpg');
    expect([image.shape, icc, warnings?.map(({ code }) => code)]).toEqual([[3, 6, 8], undefined, ['ink']]);
  });

  it('reads a JPEG that viewers open, with a warning', async () => {
    const jpeg = await colour().jpeg().toBuffer();
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    jpeg[scan + 2 + jpeg.readUInt16BE(scan + 2) - 2] = 0; // the end of the spectrum, 63 in a sequential JPEG
    const picture = await decodePicture(jpeg, 'x.jpg');
    expect(picture.warnings).toMatchObject([
      { code: 'damaged', message: expect.stringMatching(/^x\.jpg is not quite/) },
    ]);
  });

  it('reads a JPEG without its end, and one that is cut short, with a warning', async () => {
    const noisy = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 40_503) % 256);
    const jpeg = await sharp(noisy, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (const cut of [jpeg.subarray(0, -2), jpeg.subarray(0, Math.round(0.8 * jpeg.length))]) {
      const picture = await decodePicture(cut, 'x.jpg');
      expect(picture.image.shape).toEqual([3, 64, 64]);
      expect(picture.warnings).toMatchObject([{ code: 'damaged' }]);
    }
  });

  it('says that only the first picture of an animation is read', async () => {
    const control = { type: 'acTL', content: Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0) };
    const picture = await decodePicture(withChunks(await colour().png().toBuffer(), [control]), 'x.png');
    expect(picture.warnings).toEqual([
      { code: 'animated', message: 'x.png is animated, and only its first picture is read' },
    ]);
  });

  it('writes a grey estimate in colour where the input was grey saved as colour', async () => {
    const grey = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
    const source = await sharp(
      Uint8Array.from({ length: 144 }, (_, i) => grey[Math.floor(i / 3)]),
      {
        raw: { ...size, channels: 3 },
      },
    )
      .png()
      .toBuffer();
    const picture = await decodePicture(source, 'p.png');
    expect(picture.greyAsColour).toBe(true);
    const image = floatArray(picture.image.data.slice(0, 48), [1, 6, 8]);
    const raw = await sharp(await encodePicture({ ...picture, image, format: 'png' }))
      .raw()
      .toBuffer();
    expect([...raw]).toEqual(Array.from({ length: 144 }, (_, i) => grey[Math.floor(i / 3)]));
    expect((await decodePicture(await colour().png().toBuffer(), 'p.png')).greyAsColour).toBeUndefined();
  });
});

describe('fillHidden', () => {
  it('carries the colours that are seen on into what is not', () => {
    const image = floatArray(Float32Array.of(0.2, 0.2, 9, 9, 0.2, 0.4, 9, 9), [1, 2, 4]);
    const alpha = floatArray(Float32Array.of(1, 0.5, 0, 0, 1, 1, 0, 0), [1, 2, 4]);
    const { data } = fillHidden(image, alpha);
    expect([...data.subarray(0, 2), ...data.subarray(4, 6)]).toEqual([0.2, 0.2, 0.2, 0.4].map(Math.fround));
    for (const i of [2, 3, 6, 7]) expect(data[i]).toBeCloseTo(0.25, 6);
    const opaque = floatArray(new Float32Array(8).fill(1), [1, 2, 4]);
    expect(fillHidden(image, opaque)).toBe(image);
  });
});
