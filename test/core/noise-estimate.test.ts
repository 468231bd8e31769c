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

  it('takes patches of at most 75 values, from 2×2 to 5×5 pixels in all channels, and four for each value', () => {
    for (const [channels, side] of [
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 4],
      [8, 3],
      [12, 2],
      [30, 2],
    ]) {
      const small = zeros([channels, side + 3, side + 4]);
      expect(() => estimateNoise(small)).toThrow(
        `a picture of ${channels}×${side + 3}×${side + 4} with 20 whole patches of ${side}×${side} pixels is too small`,
      );
    }
    // 10×10 corners are as many as 5×5 values ask for; a row less is not.
    expect(estimateNoise(noisy(zeros([1, 14, 14]), 0.1))).toBeGreaterThan(0.02);
    expect(() => estimateNoise(zeros([1, 13, 14]))).toThrow('90 whole patches of 5×5');
  });

  it('is unbiased on a picture that has more patches than are looked at', () => {
    const large = mapArray(zeros([1, 260, 300]), (_, i) => 0.5 + 0.4 * Math.sin((i % 300) / 6));
    expect(Math.abs(estimateNoise(noisy(large, 0.05)) / 0.05 - 1)).toBeLessThan(0.05);
  });

  it('sees noise beneath texture of a few directions, however strong', () => {
    // Rows of stripes whose strength and phase change from place to place: patches lie in a plane of two directions.
    const stripes = mapArray(zeros([1, 100, 100]), (_, i) => {
      const [y, x] = [Math.floor(i / 100), i % 100];
      return 0.5 + 0.3 * Math.sin(y / 15) * Math.sin(x * 1.3) + 0.2 * Math.cos(x / 11) * Math.cos(x * 1.3);
    });
    expect(Math.abs(estimateNoise(noisy(stripes, 0.05)) / 0.05 - 1)).toBeLessThan(0.05);
  });

  it('leaves out bars, drawn areas and parts that are clipped, as long as enough is left', () => {
    const [height, width] = [64, 80];
    const sigma = 0.05;
    const plain = noisy(
      mapArray(zeros([3, height, width]), () => 0.5),
      sigma,
    );
    const column = (i: number) => i % width;
    const cases: Record<string, (value: number, i: number) => number> = {
      'a black bar': (value, i) => (column(i) < 30 ? 0 : value),
      'a grey area': (value, i) => (column(i) < 30 ? 0.3 : value),
      // Four tenths of its values are cut off: less noise is left than there was.
      'burnt out': (value, i) => (column(i) < 30 ? Math.min(1, value + 0.49) : value),
      'in the dark': (value, i) => (column(i) < 30 ? Math.max(0, value - 0.49) : value),
    };
    for (const [name, change] of Object.entries(cases)) {
      const found = estimateNoise(mapArray(plain, change));
      expect(Math.abs(found / sigma - 1), name).toBeLessThan(0.06);
    }
    // Where every patch has some, too few to matter, all count; where half have many, the others do.
    const dots = mapArray(plain, (value, i) => (i % 7 === 0 ? 1 : value));
    const holes = mapArray(plain, (value, i) => (column(i) < 40 && i % 3 === 0 ? 1 : value));
    expect(estimateNoise(dots)).toBeGreaterThan(sigma / 2);
    expect(Math.abs(estimateNoise(holes) / sigma - 1)).toBeLessThan(0.06);
    // Where all is cut, all counts.
    expect(estimateNoise(mapArray(plain, (value) => Math.min(1, value + 0.5)))).toBeGreaterThan(sigma / 4);
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
