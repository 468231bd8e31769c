import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { estimateNoise } from '../../src/core/noise-estimate.js';
import { keyedRandom } from '../../src/core/random.js';

function noisy(picture: FloatArray, sigma: number): FloatArray {
  const random = keyedRandom(0, 'noise estimate', 0)('noise');
  return mapArray(picture, (value) => value + sigma * random.normal());
}

describe('estimateNoise', () => {
  it.each([
    [1, 64, 64],
    [3, 48, 40],
  ])('is unbiased on a picture with no texture, %i×%i×%i', (...shape) => {
    const waves = mapArray(zeros(shape), (_, i) => 0.5 + 0.4 * Math.sin((i % shape[2]) / 6));
    for (const sigma of [0.01, 0.1, 0.5]) {
      expect(Math.abs(estimateNoise(noisy(waves, sigma)) / sigma - 1)).toBeLessThan(0.05);
    }
  });

  it('is 0 where nothing varies, and refuses what is too small', () => {
    expect(estimateNoise(zeros([1, 32, 32]))).toBe(0);
    expect(() => estimateNoise(zeros([3, 8, 8]))).toThrow(
      'a picture of 3×8×8 with 16 whole patches of 5×5 pixels is too small to estimate its noise',
    );
  });

  it('leaves holes out', () => {
    const picture = noisy(zeros([1, 48, 48]), 0.1);
    const observed = new Float32Array(picture.data.length).fill(1);
    for (let i = 0; i < observed.length; i++) if (i % 48 < 12) observed[i] = 0;
    const holes = mapArray(picture, (value, i) => (observed[i] === 0 ? i % 5 : value));
    expect(Math.abs(estimateNoise(holes, observed) / 0.1 - 1)).toBeLessThan(0.05);
    expect(() =>
      estimateNoise(
        picture,
        observed.map((_, i) => i % 2),
      ),
    ).toThrow('with 0 whole patches');
  });

  const folder = fileURLToPath(new URL('../../../shared/data/test/gb82_cc0', import.meta.url));
  it.skipIf(!existsSync(folder))(
    'finds the noise of photographs (skipped without ../shared/data)',
    async () => {
      const errors: Record<number, number[]> = { 5: [], 15: [], 25: [] };
      for (const file of readdirSync(folder)
        .filter((name) => name.endsWith('.png'))
        .slice(0, 4)) {
        const photograph = await centre(`${folder}/${file}`, 256);
        for (const level of [5, 15, 25]) {
          errors[level].push(255 * estimateNoise(noisy(photograph, level / 255)) - level);
        }
      }
      const rms = (values: number[]) => Math.sqrt(values.reduce((sum, e) => sum + e * e, 0) / values.length);
      expect(rms(errors[5])).toBeLessThan(0.2);
      expect(rms(errors[15])).toBeLessThan(0.2);
      expect(rms(errors[25])).toBeLessThan(0.3);
    },
  );
});

async function centre(path: string, size: number): Promise<FloatArray> {
  const { width, height } = await sharp(path).metadata();
  const left = (width - size) >> 1;
  const top = (height - size) >> 1;
  const raw = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .extract({ left, top, width: size, height: size })
    .raw()
    .toBuffer();
  const data = Float32Array.from({ length: 3 * size * size }, (_, i) => {
    const [channel, pixel] = [Math.floor(i / (size * size)), i % (size * size)];
    return raw[3 * pixel + channel] / 255;
  });
  return floatArray(data, [3, size, size]);
}
