import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isLosslessWebp } from '../../src/io/webp-file.js';

describe('a WebP file', () => {
  const picture = () => sharp({ create: { width: 9, height: 7, channels: 4, background: '#f008' } });

  it('tells whether it lost something, with chunks of other kinds before or none', async () => {
    const exif = { IFD0: { Make: 'Retro' } };
    for (const lossless of [true, false]) {
      const plain = await picture().removeAlpha().webp({ lossless }).toBuffer();
      const more = await picture().withExif(exif).webp({ lossless }).toBuffer();
      expect([isLosslessWebp(plain), isLosslessWebp(more)]).toEqual([lossless, lossless]);
    }
    expect(isLosslessWebp(await picture().png().toBuffer())).toBe(false);
    expect(isLosslessWebp(Uint8Array.of(82, 73))).toBe(false);
  });
});
