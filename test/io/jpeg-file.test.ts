import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { quantisationTables } from '../../problems/restoration/jpeg-blocks.js';
import type { JpegCoding } from '../../src/core/jpeg-coding.js';
import { jpegCoding, jpegQuality } from '../../src/io/jpeg-file.js';
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

describe('how a file holds its picture', () => {
  const fixtures = JSON.parse(readFileSync(new URL('../fixtures/jpeg/files.json', import.meta.url), 'utf8'));
  const fixture = (name: string) => Buffer.from(fixtures[name], 'base64');

  it.each(['4:4:4', '4:2:0'] as const)('%s and its tables are read', async (chromaSubsampling) => {
    const file = await sharp(await colourPng(16, 16))
      .jpeg({ quality: 40, chromaSubsampling })
      .toBuffer();
    const { tables, chroma, orientation } = jpegCoding(file) as JpegCoding;
    const { luma, chroma: differences } = quantisationTables(40);
    expect(tables).toEqual([...luma, ...differences]);
    expect([chroma, orientation]).toEqual([chromaSubsampling === '4:2:0' ? 'half' : 'full', 1]);
  });

  it.each(['half-width', 'half-height'])('%s is read', (name) => {
    expect(jpegCoding(fixture(name), 6)).toMatchObject({ chroma: name, orientation: 6 });
  });

  it('grey has one table', async () => {
    const grey = sharp(await colourPng(8, 8)).toColourspace('b-w');
    const { tables, chroma } = jpegCoding(await grey.jpeg({ quality: 90 }).toBuffer()) as JpegCoding;
    expect(tables).toEqual([...quantisationTables(90).luma]);
    expect(chroma).toBe('full');
  });

  it('differences with a table each keep both', async () => {
    const file = Buffer.from(await saved(50));
    // A third table, of red alone, in the file's second: copied behind it with every step one larger.
    const second = file.indexOf(Buffer.from([0xff, 0xdb, 0, 67, 1]));
    const third = Buffer.from(file.subarray(second, second + 69));
    third[4] = 2;
    for (let i = 5; i < 69; i++) third[i]++;
    const whole = Buffer.concat([file.subarray(0, second), third, file.subarray(second)]);
    whole[whole.indexOf(Buffer.from([0xff, 0xc0])) + 18] = 2;
    const { tables } = jpegCoding(whole) as JpegCoding;
    expect(tables.slice(128)).toEqual(tables.slice(64, 128).map((step) => step + 1));
  });

  it('what no jpeg problem describes is said', async () => {
    const inks = sharp(await colourPng(8, 8)).toColourspace('cmyk');
    expect(jpegCoding(await inks.jpeg().toBuffer())).toBe('holds 4 channels');
    expect(jpegCoding(fixture('quarter'))).toBe(
      'holds colour differences at an unusual resolution (sampling 4×1, 1×1, 1×1)',
    );
    const plain = Buffer.from(await saved(80));
    const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
    for (const [i, letter] of [...'RGB'].entries()) plain[frame + 10 + 3 * i] = letter.charCodeAt(0);
    expect(jpegCoding(plain)).toBe('holds red, green and blue rather than luma and colour differences');
    expect(jpegCoding(plain.subarray(0, 30))).toBe('holds 0 channels');
  });
});
