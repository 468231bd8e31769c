import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { floatArray, mapArray, zeros } from '../../src/core/array.js';
import { blockEdges, showsBlocks } from '../../src/core/block-edges.js';
import { keyedRandom } from '../../src/core/random.js';
import { decodePicture } from '../../src/io/picture.js';

const noise = () => keyedRandom(0, 'block edges', 0)('noise');

describe('blockEdges', () => {
  it('is the ratio of the steps, by hand', () => {
    // Third differences of 1 everywhere, but about a step of 10 between the pixels 7 and 8: 9, 21 and 9.
    const cubic = (x: number) => (x * (x - 1) * (x - 2)) / 6 - (x >= 8 ? 10 : 0);
    const row = floatArray(
      Float32Array.from({ length: 16 }, (_, x) => cubic(x)),
      [1, 1, 16],
    );
    // So the seven other places have means of 9, 1, 1, 1, 1, 1 and 9.
    expect(blockEdges(row)).toBeCloseTo(21 / (23 / 7) - 1, 5);
  });

  it('is about nothing of noise, of a slope and of a constant', () => {
    const source = noise();
    expect(Math.abs(blockEdges(mapArray(zeros([3, 96, 96]), () => source.normal())))).toBeLessThan(0.05);
    expect(blockEdges(zeros([1, 16, 16]))).toBe(0);
    expect(blockEdges(zeros([1, 1, 1]))).toBe(0);
  });

  it.each([20, 50, 75])('shows a JPEG of quality %d, also of grey', async (quality) => {
    const source = noise();
    const bytes = Uint8Array.from({ length: 96 * 96 }, (_, i) => {
      return 120 + 80 * Math.sin((i % 96) / 9) * Math.cos(i / 96 / 7) + 6 * source.normal();
    });
    const raw = sharp(bytes, { raw: { width: 96, height: 96, channels: 1 } });
    const { image } = await decodePicture(await raw.clone().jpeg({ quality }).toBuffer(), 'a.jpg');
    const clean = await decodePicture(await raw.png().toBuffer(), 'a.png');
    expect(showsBlocks(image)).toBe(true);
    expect(showsBlocks(clean.image)).toBe(false);
  });
});
