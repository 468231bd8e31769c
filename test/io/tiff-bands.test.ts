import sharp from 'sharp';
import { expect, it } from 'vitest';
import { tiffBands, tiffTrouble } from '../../src/io/tiff-bands.js';

/** A TIFF that holds nothing but these short tags; `wide` values stand behind the directory. */
function tiff(tags: [tag: number, ...values: number[]][], little = true): Uint8Array {
  const bytes = new Uint8Array(8 + 2 + 12 * tags.length + 64);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, tags.length, little);
  let free = 10 + 12 * tags.length;
  for (const [i, [tag, ...values]] of tags.entries()) {
    const at = 10 + 12 * i;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, 3, little);
    view.setUint32(at + 4, values.length, little);
    const place = values.length > 2 ? free : at + 8;
    if (values.length > 2) view.setUint32(at + 8, free, little);
    for (const [k, value] of values.entries()) view.setUint16(place + 2 * k, value, little);
    if (values.length > 2) free += 2 * values.length;
  }
  return bytes;
}

const [PHOTOMETRIC, SAMPLES, EXTRA] = [262, 277, 338];

it.each([
  ['grey', [[PHOTOMETRIC, 1]], { bands: 1, colours: 1, alpha: false }],
  [
    'colour with alpha',
    [
      [PHOTOMETRIC, 2],
      [SAMPLES, 4],
      [EXTRA, 2],
    ],
    { bands: 4, colours: 3, alpha: true },
  ],
  [
    'colour with infrared',
    [
      [PHOTOMETRIC, 2],
      [SAMPLES, 4],
      [EXTRA, 0],
    ],
    { bands: 4, colours: 3, alpha: false },
  ],
  [
    'CMYK',
    [
      [PHOTOMETRIC, 5],
      [SAMPLES, 4],
    ],
    { bands: 4, colours: 4, alpha: false },
  ],
  [
    'alpha first of three extras',
    [
      [PHOTOMETRIC, 1],
      [SAMPLES, 4],
      [EXTRA, 1, 0, 0],
    ],
    { bands: 4, colours: 1, alpha: true },
  ],
] as [string, [number, ...number[]][], object][])('%s, of either byte order', (_, tags, bands) => {
  expect(tiffBands(tiff(tags))).toEqual(bands);
  expect(tiffBands(tiff(tags, false))).toEqual(bands);
});

it("agrees with sharp's own files", async () => {
  const raw = { width: 2, height: 2, channels: 4 as const };
  const file = await sharp(Buffer.alloc(16), { raw }).tiff({ compression: 'none' }).toBuffer();
  expect(tiffBands(file)).toEqual({ bands: 4, colours: 3, alpha: true });
});

it('knows nothing of other files and torn ones', () => {
  expect(tiffBands(new Uint8Array(4))).toBeUndefined();
  expect(tiffBands(tiff([[PHOTOMETRIC, 1]]).subarray(0, 9))).toBeUndefined();
  expect(tiffBands(new TextEncoder().encode('II+ BigTIFF'))).toBeUndefined();
});

const [BITS, COMPRESSION] = [258, 259];

it.each<[string, [number, number][], RegExp | undefined]>([
  ['RGB of 16 bits', [[BITS, 16]], undefined],
  ['12 bits', [[BITS, 12]], /^holds 12 bits a value, which are not read/],
  [
    'CIELAB',
    [
      [BITS, 8],
      [PHOTOMETRIC, 8],
    ],
    /^holds CIELAB colours, which are not read: .*sRGB/,
  ],
  [
    'YCbCr that would be taken for RGB',
    [
      [BITS, 8],
      [COMPRESSION, 5],
      [PHOTOMETRIC, 6],
    ],
    /^holds YCbCr colours/,
  ],
  [
    'YCbCr as JPEG holds it',
    [
      [BITS, 8],
      [COMPRESSION, 7],
      [PHOTOMETRIC, 6],
    ],
    undefined,
  ],
  [
    'Zstandard',
    [
      [BITS, 8],
      [COMPRESSION, 50000],
    ],
    /^is compressed as Zstandard, which is not read: .*tifffile/,
  ],
])('%s is read, or said not to be', (_, tags, sentence) => {
  const trouble = tiffTrouble(tiff(tags));
  if (sentence === undefined) expect(trouble).toBeUndefined();
  else expect(trouble).toMatch(sentence);
});
