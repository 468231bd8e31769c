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
  ])('%s is named as what it is, with what to do', (name, start, kind) => {
    expect(foreignFormat(name, bytes(start))).toMatch(
      new RegExp(`^is ${kind}, which is not read here: .{20}`),
    );
  });

  it('knows nothing of others', () => {
    expect(foreignFormat('x.png', bytes('\x89PNG'))).toBeUndefined();
    expect(foreignFormat('notes.txt')).toBeUndefined();
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
