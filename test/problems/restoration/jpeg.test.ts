import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { turnedBack } from '../../../problems/parts/turned.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import type { JpegCoding } from '../../../src/core/jpeg-coding.js';
import { jpegCoding } from '../../../src/io/jpeg-file.js';
import { expectSound, operatorOf } from '../sound.js';

/** Interleaved bytes to [C, H, W] in [0, 1] and back. */
function planar(bytes: Uint8Array, channels: number, height: number, width: number) {
  const pixels = height * width;
  const values = Float32Array.from(
    { length: bytes.length },
    (_, i) => bytes[(i % pixels) * channels + Math.floor(i / pixels)] / 255,
  );
  return floatArray(values, [channels, height, width]);
}

/** Smooth colours, edges and some grain. */
function scene(channels: number, height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: channels * height * width }, (_, i) => {
    const [c, pixel] = [i % channels, Math.floor(i / channels)];
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const edge = (x - 20) ** 2 + (y - 15) ** 2 < 90 ? 80 * (c - 1) : 0;
    const grain = ((i * 2654435761) >>> 24) / 16;
    return Math.min(Math.max(110 + 90 * Math.sin(x / 6 + c) * Math.cos(y / 9) + edge + grain, 0), 255);
  });
}

type Chroma = 'half' | 'full';

/** What libjpeg decodes from the file that it writes. */
async function throughFile(
  bytes: Uint8Array,
  [channels, height, width]: number[],
  quality: number,
  chroma: Chroma,
) {
  const grey = (picture: Sharp) => (channels === 1 ? picture.toColourspace('b-w') : picture);
  const raw = { width, height, channels: channels as 1 | 3 };
  const file = await grey(sharp(bytes, { raw }))
    .jpeg({ quality, chromaSubsampling: chroma === 'half' ? '4:2:0' : '4:4:4' })
    .toBuffer();
  return planar(await grey(sharp(file)).raw().toBuffer(), channels, height, width);
}

describe('jpeg', () => {
  const sizes = fc.record({
    channels: fc.constantFrom(1, 3),
    height: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
  });
  const settings = fc.record({
    quality: fc.integer({ min: 1, max: 100 }),
    chroma: fc.constantFrom<Chroma[]>('half', 'full'),
  });

  it('is bit for bit what libjpeg decodes from its own file, whatever size and quality', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, settings, async ({ channels, height, width }, { quality, chroma }) => {
        const shape = [channels, height, width];
        const bytes = scene(channels, height, width);
        const operator = operatorOf(`jpeg:quality=${quality},chroma=${chroma}`, shape);
        const found = await operator.apply(planar(bytes, channels, height, width));
        expect(found.data).toEqual((await throughFile(bytes, shape, quality, chroma)).data);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(['half-width', 'half-height'])('is bit for bit what is decoded at %s', async (name) => {
    const files = JSON.parse(
      readFileSync(new URL('../../fixtures/jpeg/files.json', import.meta.url), 'utf8'),
    );
    const file = Buffer.from(files[name], 'base64');
    const shape = [3, 21, 38];
    const levels = Uint8Array.from({ length: 3 * 21 * 38 }, (_, i) => {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % 38, Math.floor(i / 114)];
      return Math.min(Math.max(128 + (((x - 17) * (y - 11)) >> 2) + (c - 1) * 5 * ((x * y) % 7), 0), 255);
    });
    const decoded = planar(await sharp(file).raw().toBuffer(), 3, 21, 38);
    const { tables } = jpegCoding(file) as JpegCoding;
    const operator = operatorOf(`jpeg:tables=${tables.join(':')},chroma=${name}`, shape);
    expect((await operator.apply(planar(levels, 3, 21, 38))).data).toEqual(decoded.data);
  });

  it.each([2, 5, 6, 7])('turned %d is the file of the picture as it was stored', async (orientation) => {
    const upright = planar(scene(3, 12, 19), 3, 12, 19);
    const turn = turnedBack([3, 12, 19], orientation);
    const stored = operatorOf('jpeg:quality=40', turn.outputShape);
    const expected = await turn.adjoint(await stored.apply(await turn.apply(upright)));
    const operator = operatorOf(`jpeg:quality=40,orientation=${orientation}`, upright.shape);
    expect((await operator.apply(upright)).data).toEqual(expected.data);
    await expectSound(operator);
  });

  it.each([
    ['jpeg:quality=20', [3, 17, 12]],
    ['jpeg:quality=20,chroma=half-width', [3, 9, 12]],
    ['jpeg:quality=90,chroma=full', [3, 8, 9]],
    ['jpeg:quality=50', [1, 9, 7]],
    ['jpeg:quality=50+gaussian-blur:sigma=1,border=reflect', [3, 9, 8]],
    ['low-light+jpeg:quality=50', [3, 9, 8]],
    ['jpeg:quality=50+quantize:bits=3', [3, 9, 8]],
  ])('has the gradient of its surrogate: %s', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it.each([
    ['half', [3, 17, 24]],
    ['half', [3, 9, 4]],
    ['full', [3, 17, 24]],
  ])('has a surrogate that is a file of the best quality but for roundings: %s', async (chroma, shape) => {
    const [channels, height, width] = shape as number[];
    // Stretched beyond black and white, where both clip.
    const bytes = planar(scene(channels, height, width), channels, height, width);
    const x = mapArray(bytes, (value) => 3 * value - 1);
    const operator = operatorOf(`jpeg:quality=100,chroma=${chroma}`, x.shape);
    const [decoded, smooth] = [await operator.apply(x), await operator.surrogate!.apply(x)];
    // Those of luma, differences and coefficients, none above a level, add up to a few levels.
    for (const [i, value] of decoded.data.entries()) {
      expect(255 * Math.abs(smooth.data[i] - value)).toBeLessThan(4);
    }
  });

  it('takes what is not given from the file, or says what is missing', () => {
    const measured = { measurementShape: [3, 8, 8] };
    const coding = { tables: new Array(128).fill(3), chroma: 'half-width', orientation: 6 } as const;
    const spec = { ...parseProblem('jpeg'), noise: parseTerm('gaussian:sigma=0.1') };
    expect(bind(spec, measured, { coding }).spec.operators[0].options).toEqual(coding);
    const given = { ...parseProblem('jpeg:quality=30'), noise: spec.noise };
    expect(bind(given, measured, { coding }).spec.operators[0].options).toEqual({
      ...{ quality: 30, chroma: 'half', orientation: 1 },
    });
    expect(() => bind(spec, measured)).toThrow(
      'jpeg needs the quality, such as jpeg:quality=75: it is no JPEG file, which would tell',
    );
    expect(() => bind(spec, measured, { coding: 'holds 4 channels' })).toThrow('the file holds 4 channels');
  });

  it('refuses images that JPEG files do not hold', () => {
    expect(() => operatorOf('jpeg:quality=50', [2, 8, 8])).toThrow(
      'jpeg works on images of 1 or 3 channels, but the image is 2×8×8',
    );
    expect(() => operatorOf('jpeg:quality=0', [1, 8, 8])).toThrow('option quality of jpeg: ');
    const ones = new Array(64).fill(1).join(':');
    expect(() => operatorOf(`jpeg:tables=${ones}`, [3, 8, 8])).toThrow(
      'jpeg:tables has one table, which is of a grey file, but the image has colours',
    );
    expect(() => operatorOf(`jpeg:tables=${ones},quality=4`, [1, 8, 8])).toThrow('but both of them is given');
    expect(() => operatorOf('jpeg:tables=1:2:3', [1, 8, 8])).toThrow('expected 64, 128 or 192 numbers');
  });
});
