import { existsSync, readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { showsBlocks } from '../../src/core/block-edges.js';
import { keyedRandom } from '../../src/core/random.js';
import { decodePicture } from '../../src/io/picture.js';
import { diagnose } from '../../src/jobs/diagnosis.js';

/** Broad waves with white noise of σ levels. */
function picture(sigma: number, side = 160): Sharp {
  const random = keyedRandom(0, 'diagnosis', 0)('noise');
  const levels = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    const clean = 128 + 60 * Math.sin(x / 40) * Math.cos(y / 50);
    return Math.max(0, Math.min(255, Math.round(clean + sigma * random.normal())));
  });
  return sharp(levels, { raw: { width: side, height: side, channels: 3 } });
}

async function found(bytes: Buffer, name: string) {
  const decoded = await decodePicture(bytes, name);
  return diagnose({ array: decoded.image, picture: decoded }, name, undefined);
}

describe('a picture is looked at', () => {
  it('and noise is found, in a JPEG file of high quality too', async () => {
    expect((await found(await picture(8).png().toBuffer(), 'a.png')).problem).toBe('denoise');
    const jpeg = await picture(8).jpeg({ quality: 95 }).toBuffer();
    expect((await found(jpeg, 'a.jpg')).problem).toBe('denoise');
  });

  it('and the blocks of a JPEG file, with its quality', async () => {
    const jpeg = await picture(0).jpeg({ quality: 20 }).toBuffer();
    const { problem, description } = await found(jpeg, 'a.jpg');
    expect(problem).toBe('jpeg');
    expect(description).toMatch(/JPEG blocks, quality about 20/);
  });

  it('and noise is found where blocks of an earlier JPEG show, in a file that is none', async () => {
    const earlier = await picture(9).jpeg({ quality: 60 }).toBuffer();
    const decoded = await decodePicture(await sharp(earlier).png().toBuffer(), 'a.png');
    expect(showsBlocks(decoded.image)).toBe(true);
    expect(diagnose({ array: decoded.image, picture: decoded }, 'a.png', undefined).problem).toBe('denoise');
  });

  it.each<[string, Sharp]>([
    ['wholly transparent', picture(8).ensureAlpha(0)],
    ['of one colour', sharp({ create: { width: 60, height: 60, channels: 3, background: '#a0b0c0' } })],
    ['too small to tell noise from detail', picture(8, 12)],
  ])('and left as it is where it is %s', async (why, seen) => {
    const { problem, description } = await found(await seen.png().toBuffer(), 'a.png');
    expect(problem).toBeUndefined();
    expect(description).toBe(`nothing to restore, for the picture is ${why}`);
  });

  it('and left as it is where there is nothing', async () => {
    const { problem, description } = await found(await picture(0).png().toBuffer(), 'a.png');
    expect(problem).toBeUndefined();
    expect(description).toMatch(/^neither noise nor JPEG blocks/);
  });

  it('and left as it is where detail may be taken for noise: hair on white, lossless', async ({ skip }) => {
    const file = new URL('../../../shared/data/test/gb82_cc0/girl-lossless.png', import.meta.url).pathname;
    if (!existsSync(file)) skip('../shared is not there');
    const { width, height } = await sharp(file).metadata();
    const middle = { left: (width - 192) >> 1, top: (height - 192) >> 1, width: 192, height: 192 };
    const bytes = await sharp(readFileSync(file)).extract(middle).png().toBuffer();
    const { problem, description } = await found(bytes, 'girl.png');
    expect(problem).toBeUndefined();
    expect(description).toContain('uncertain');
  });
});
