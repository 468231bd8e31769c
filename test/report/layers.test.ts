import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { filled, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { encodeLayers, shownSize } from '../../src/report/layers.js';

const read = async (src: string) =>
  sharp(Buffer.from(src.slice(src.indexOf(',') + 1), 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });

describe('encodeLayers', () => {
  it('gives pictures of one size, and maps as the root mean square of their channels', async () => {
    const layers = [
      {
        id: 'a',
        label: 'a',
        image: mapArray(filled([3, 8, 8], 0.2), (_, i) => (i < 64 ? 2 : 0.2)),
        kind: 'picture',
      },
      {
        id: 'b',
        label: 'b',
        image: mapArray(filled([2, 4, 4], 0), (_, i) => (i % 4 < 2 ? 0 : i < 16 ? 0.03 : 0.04)),
        kind: 'map',
      },
    ] as const;
    const [picture, map] = await encodeLayers(layers, [8, 8]);
    const shown = await read(picture.src);
    expect([shown.info.width, shown.info.height]).toEqual([8, 8]);
    expect(Math.abs(shown.data[0] - 255)).toBeLessThan(4);
    expect(Math.abs(shown.data[1] - 51)).toBeLessThan(4);
    expect(picture.white).toBeUndefined();
    expect(map.white).toBeCloseTo(Math.sqrt((0.03 ** 2 + 0.04 ** 2) / 2), 6);
    const grey = await read(map.src);
    expect(grey.info.width).toBe(8);
    expect(grey.data[0]).toBeLessThan(8);
    expect(grey.data[grey.data.length - 1]).toBeGreaterThan(247);
  });

  it('takes from the quality of what is large', async () => {
    const noise = keyedRandom(0, 'noise', 0)('noise').normals([3, 512, 512]);
    const layers = [1, 2, 3, 4].map((k) => ({
      id: `${k}`,
      label: '',
      image: noise,
      kind: 'picture' as const,
    }));
    const encoded = await encodeLayers(layers, [512, 512]);
    expect(encoded.reduce((sum, { src }) => sum + src.length, 0)).toBeLessThan(300_000);
  }, 60_000);
});

describe('shownSize', () => {
  it('is at most 512 a side, of the same form', () => {
    expect(shownSize([300, 200])).toEqual([300, 200]);
    expect(shownSize([1024, 512])).toEqual([512, 256]);
    expect(shownSize([4000, 2])).toEqual([512, 1]);
  });
});
