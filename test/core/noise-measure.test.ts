import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { measureNoise } from '../../src/core/noise-measure.js';
import { describeNoise, grainOf, hidingSigma, pixelSigma } from '../../src/core/noise-words.js';
import { keyedRandom } from '../../src/core/random.js';

const random = () => keyedRandom(0, 'noise measure', 0)('noise');
const SHAPE = [3, 192, 200];

/** Waves of all brightnesses, with no detail that could pass for noise. */
const waves = mapArray(zeros(SHAPE), (_, i) => 0.5 + 0.4 * Math.sin((i % SHAPE[2]) / 40));

function withNoise(picture: FloatArray, noise: FloatArray): FloatArray {
  return mapArray(picture, (value, i) => value + noise.data[i]);
}

function white(sigma: number): FloatArray {
  const source = random();
  return mapArray(zeros(SHAPE), () => sigma * source.normal());
}

/** White noise averaged over 2×2 pixels: σ/2 a pixel, and all of its strength in coarse detail. */
function grain(sigma: number): FloatArray {
  const [, height, width] = SHAPE;
  const { data } = white(sigma);
  return mapArray(zeros(SHAPE), (_, i) => {
    const [y, x] = [Math.floor(i / width) % height, i % width];
    const [down, right] = [y + 1 < height ? width : 0, x + 1 < width ? 1 : 0];
    return (data[i] + data[i + right] + data[i + down] + data[i + down + right]) / 4;
  });
}

describe('measureNoise', () => {
  it.each([0.02, 0.06])('knows white noise, σ = %f', (sigma) => {
    const found = measureNoise(withNoise(waves, white(sigma)));
    expect(found.kind).toBe('white');
    expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(0.05);
    expect(hidingSigma(found)).toBe(found.sigma);
  });

  it('finds the grain of noise that is not white, and how strong it is', () => {
    const found = measureNoise(withNoise(waves, grain(0.06)));
    expect(found.kind).toBe('correlated');
    expect(pixelSigma(found) / 0.03).toBeGreaterThan(0.85);
    expect(pixelSigma(found) / 0.03).toBeLessThan(1.15);
    expect(grainOf(found)).toBeGreaterThan(1.6);
    expect(hidingSigma(found)).toBeGreaterThan(0.04);
    expect(describeNoise(found)).toMatch(/^σ [78]\.\d\/255, grain of (1\.[89]|2\.\d) px/);
  });

  it('finds noise that is the same in all channels', () => {
    const grey = white(0.04).data.subarray(0, SHAPE[1] * SHAPE[2]);
    const found = measureNoise(mapArray(waves, (value, i) => value + grey[i % grey.length]));
    const [red, redGreen, green] = found.octaves[0];
    expect(redGreen / Math.sqrt(red * green)).toBeGreaterThan(0.99);
    expect(Math.abs(Math.sqrt(red) / 0.04 - 1)).toBeLessThan(0.06);
    // Seen along the grey axis it is √3 times as strong.
    expect(hidingSigma(found) / 0.04 / Math.sqrt(3)).toBeGreaterThan(0.9);
  });

  it('finds that noise is stronger in shadows', () => {
    const { data } = white(1);
    const found = measureNoise(mapArray(waves, (value, i) => value + (0.08 - 0.06 * value) * data[i]));
    expect(found.kind).toBe('signal-dependent');
    expect(found.levels[0] / found.levels[4]).toBeGreaterThan(1.6);
    expect(describeNoise(found)).toContain('stronger in shadows');
  });

  it('leaves constant, clipped and missing parts out', () => {
    const noisy = withNoise(waves, white(0.04));
    const observed = new Float32Array(noisy.data.length).fill(1);
    const cut = mapArray(noisy, (value, i) => {
      const row = Math.floor(i / SHAPE[2]) % SHAPE[1];
      if (row < 20) return 0; // a bar
      if (row > 100) return Math.min(1, value + 0.9);
      if (row > 80) observed[i] = 0;
      return row > 80 ? i % 7 : value;
    });
    const found = measureNoise(cut, observed);
    expect(Math.abs(found.sigma / 0.04 - 1)).toBeLessThan(0.08);
  });

  it('says so where there is no noise, and where no part is flat', () => {
    expect(measureNoise(zeros(SHAPE)).kind).toBe('none');
    expect(measureNoise(mapArray(waves, (value) => Math.round(255 * value) / 255)).kind).toBe('none');
    const steps = mapArray(zeros(SHAPE), (_, i) => ((i * i * 7919) % 97 < 30 + (i % 50) ? 0.2 : 0.8));
    const patches = mapArray(steps, (value, i) => value * (0.1 + ((i >> 4) % 13) / 13));
    expect(describeNoise(measureNoise(patches))).toMatch(/flat/);
  });
});

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));

describe.skipIf(!existsSync(shared))('measureNoise on files (skipped without ../shared)', () => {
  it.each([
    ['noise15_grey_saved_as_rgb.png', 14, 16.5],
    ['noise15_jpeg85_420.jpg', 9.5, 13],
    ['noise15_same_in_all_channels.png', 13.5, 16],
    ['noise15_letterbox.png', 13.5, 16],
  ])('%s', async (file, low, high) => {
    const sigma = 255 * pixelSigma(measureNoise(await picture(`${shared}/cases/files/${file}`)));
    expect(sigma).toBeGreaterThan(low);
    expect(sigma).toBeLessThan(high);
  });

  it('finds the noise of cameras, and that the mean of many exposures has none', async () => {
    const folder = `${shared}/data/test/PolyU_real_noise`;
    const names = readdirSync(folder).filter((name) => /6400_reciever_[246]_(real|mean)/.test(name));
    for (const name of names) {
      const found = measureNoise(await picture(`${folder}/${name}`));
      if (name.includes('mean')) expect(['none', 'unknown']).toContain(found.kind);
      else {
        expect(found.kind).toBe('correlated');
        expect(255 * pixelSigma(found)).toBeGreaterThan(3);
        expect(255 * pixelSigma(found)).toBeLessThan(5);
      }
    }
  });
});

async function picture(path: string): Promise<FloatArray> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const size = width * height;
  const values = Float32Array.from({ length: channels * size }, (_, i) => {
    return data[(i % size) * channels + Math.floor(i / size)] / 255;
  });
  return floatArray(values, [channels, height, width]);
}
