import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignFormat } from '../../src/io/foreign-formats.js';
import { readInput } from '../../src/io/inputs.js';
import { walk } from '../../src/io/walk.js';
import { colourPng } from '../pictures.js';
import { fill, temporaryFolder } from './folders.js';

const bytes = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

describe('formats that are not read', () => {
  it.each([
    ['photo.HEIC', '', 'a HEIC picture'],
    ['photo.jpg', '\0\0\0\x18ftypheic\0\0\0\0', 'a HEIC picture'],
    ['x.gif', 'GIF89a', 'a GIF picture'],
    ['x.nef', 'MM\0*', 'a camera RAW file'],
    ['x.jxl', '', 'a JPEG XL picture'],
    ['x.heif', '\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf', 'a HEIC picture'],
    ['x', 'BM6\x24\0\0\0\0\0\0\x36\0\0\0', 'a BMP picture'],
    ['x', '%PDF-1.7', 'a PDF document'],
    ['x', '8BPS', 'a Photoshop document'],
    ['x', '<?xml version="1.0"?>\n<svg width="3"', 'an SVG or PostScript drawing'],
    ['x', 'P6 64 48 255\n', 'a Netpbm picture'],
    ['x', '\0\0\0\x0cjP  \r\n', 'a JPEG 2000 picture'],
    ['x', 'MATLAB 5.0 MAT-file', 'a MATLAB file'],
    ['x', '\0\0\0\x20ftypisom', 'a video'],
    ['sky.fits.gz', '\x1f\x8b\b', 'a packed file'],
    ['brain.hdr', '\x5c\x01\0\0', 'an Analyze volume'],
    ['x.hdr', '#?RADIANCE\n', 'a Radiance picture'],
    ['x.tga', '\0\0\x02', 'a Truevision picture'],
  ])('%s is named as what it is, with what to do', (name, start, kind) => {
    expect(foreignFormat(name, bytes(start))).toMatch(
      new RegExp(`^is ${kind}, which is not read here: .{20}`),
    );
  });

  it('knows nothing of others', () => {
    expect(foreignFormat('x.png', bytes('\x89PNG'))).toBeUndefined();
    expect(foreignFormat('notes.txt')).toBeUndefined();
    expect(foreignFormat('x.avif', bytes('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'))).toBeUndefined();
    expect(foreignFormat('x.avif', bytes('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'))).toBeUndefined();
  });

  it('goes by what a file holds and not by its name: phones call JPEG files .heic', async () => {
    const root = temporaryFolder();
    fill(root, { 'a.heic': await colourPng(8, 6) });
    expect((await readInput(join(root, 'a.heic'))).array.shape).toEqual([3, 6, 8]);
  });

  it('are named where they are given and where they lie in a folder', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': await colourPng(8, 8), 'in/b.heic': bytes('\0\0\0\x18ftypheic\0\0\0\0') });
    await expect(readInput(join(root, 'in/b.heic'))).rejects.toThrow(
      /b\.heic is a HEIC picture, which is not/,
    );
    const { skipped } = await walk([join(root, 'in')], {
      out: join(root, 'out'),
      endings: [],
      verb: 'restored',
    });
    expect(skipped[0].reason).toMatch(/^is a HEIC picture/);
  });
});
