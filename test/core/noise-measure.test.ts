import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { estimateNoise } from '../../src/core/noise-estimate.js';
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

  it('gives white noise its variance in every octave, and no covariance of channels', () => {
    const { octaves, levels } = measureNoise(withNoise(waves, white(0.04)));
    expect(octaves.length).toBe(3);
    expect(levels).toEqual([1, 1, 1, 1, 1]);
    octaves.forEach((products, octave) => {
      // Of the coarsest the weaker half of the blocks counts: of χ² with 3·48 degrees of freedom this share.
      const share = octave === 2 ? 1 - Math.sqrt(2 / 144) * Math.sqrt(2 / Math.PI) : 1;
      products.forEach((product, pair) => {
        const truth = [0, 2, 5].includes(pair) ? share : 0;
        // About 1500 values, and 200 of the coarsest: four standard errors.
        const error = octave === 2 ? 1 / Math.sqrt(200) : 1 / Math.sqrt(1500);
        expect(Math.abs(product / 0.04 ** 2 - truth), `${octave} ${pair}`).toBeLessThan(4 * error);
      });
    });
  });

  it('limits how much stronger coarse noise is: four times from octave to octave', () => {
    // Squares of 4×4 pixels of one value each: at a quarter of the size it is white, in finer detail there is little.
    const { data } = white(0.08);
    const [, height, width] = SHAPE;
    const squares = mapArray(zeros(SHAPE), (_, i) => {
      const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      return data[(channel * height + 4 * (y >> 2)) * width + 4 * (x >> 2)];
    });
    const { octaves, kind } = measureNoise(withNoise(waves, squares));
    expect(kind).toBe('correlated');
    const strength = (octave: readonly number[]) => octave[0] + octave[2] + octave[5];
    expect(strength(octaves[2]) / strength(octaves[1])).toBeCloseTo(4, 10);
  });

  it('takes coarse detail beneath white noise for no part of it', () => {
    // Squares of 2×2 pixels at 0.4 of the noise: the second octave has 1.6 times its variance, the first 1.1 times.
    const sigma = 0.04;
    const { data } = white(0.4 * sigma);
    const [, height, width] = SHAPE;
    const source = keyedRandom(1, 'noise measure', 0)('noise');
    const both = mapArray(waves, (value, i) => {
      const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      return value + sigma * source.normal() + data[(channel * height + 2 * (y >> 1)) * width + 2 * (x >> 1)];
    });
    const found = measureNoise(both);
    expect(found.kind).toBe('white');
    expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(0.035);
    expect(found.sigma).toBeLessThan(
      Math.sqrt((found.octaves[0][0] + found.octaves[0][2] + found.octaves[0][5]) / 3),
    );
  });

  it('calls it none where eight bits would not show it', () => {
    const faint = measureNoise(withNoise(waves, white(0.6 / 255)));
    expect(faint.kind).toBe('none');
    expect(Math.abs(255 * faint.sigma - 0.6)).toBeLessThan(0.05);
    expect(measureNoise(withNoise(waves, white(2 / 255))).kind).toBe('white');
    // Noise of the finest octave alone is seen, though at half the size there is little: in 2×2 pixels it cancels.
    const { data } = white(1);
    const [, height, width] = SHAPE;
    const checks = mapArray(white(0.6 / 255), (value, i) => {
      const [channel, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      const sign = Math.sign(data[(channel * height + 2 * (y >> 1)) * width + 2 * (x >> 1)]);
      return value + ((y + x) % 2 === 0 ? sign : -sign) * (3 / 255);
    });
    const fine = measureNoise(withNoise(waves, checks));
    expect(fine.kind).not.toBe('none');
    expect(Math.sqrt(fine.octaves[1][0])).toBeLessThan(1.5 / 255);
    expect(fine.sigma).toBeGreaterThan(3 / 255);
  });

  it('doubts what becomes twice as strong from octave to octave, as detail does, and grain does once', () => {
    /** White noise in squares of each of these sides: one more side, twice as strong in one octave more. */
    const texture = (...sides: number[]) => {
      const [, height, width] = SHAPE;
      const cells = sides.map(() => white(0.012).data);
      return mapArray(zeros(SHAPE), (_, i) => {
        const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
        return sides.reduce(
          (sum, side, k) =>
            sum + cells[k][(c * height + Math.floor(y / side)) * width + Math.floor(x / side)],
          0,
        );
      });
    };
    const detail = measureNoise(withNoise(waves, texture(1, 2, 4, 8, 16)));
    expect(detail.unlikeness).toBeGreaterThanOrEqual(0.6);
    const grained = measureNoise(withNoise(waves, texture(2, 2)));
    expect(grained.kind).toBe('correlated');
    expect(grained.unlikeness).toBeLessThan(0.5);
  });

  it('is of grey pictures too', () => {
    const grey = mapArray(zeros([1, 128, 130]), (_, i) => 0.5 + 0.4 * Math.sin((i % 130) / 40));
    const source = random();
    const found = measureNoise(mapArray(grey, (value) => value + 0.04 * source.normal()));
    expect(found.kind).toBe('white');
    expect(found.octaves.map((octave) => octave.length)).toEqual([1, 1, 1]);
    expect(Math.abs(found.sigma / 0.04 - 1)).toBeLessThan(0.08);
  });

  it('gives what white noise would have at least, where no part is flat', () => {
    const source = random();
    // Every pixel has a strength of its own neighbourhood’s, over a factor of thirty.
    const rough = mapArray(
      zeros([1, 96, 96]),
      (_, i) => 0.5 + 0.3 * source.uniform() * Math.exp(3.4 * (((i * 7919) % 31) / 31 - 1)) * Math.sin(i),
    );
    const patches = mapArray(rough, (value, i) => {
      const [y, x] = [Math.floor(i / 96) >> 4, (i % 96) >> 4];
      return 0.5 + 0.3 * (value - 0.5) * Math.exp(((y * 5 + x * 7) % 11) / 3 - 2);
    });
    const found = measureNoise(patches);
    expect(found).toMatchObject({ kind: 'unknown', octaves: [], levels: [1, 1, 1, 1, 1] });
    expect(found.sigma).toBe(estimateNoise(patches));
    expect(found.unlikeness).toBeGreaterThan(0.67);
  });

  it('believes strong white noise over texture that is nowhere flat', () => {
    // Eight waves, whose strength differs from place to place.
    const texture = mapArray(zeros([1, 80, 80]), (_, i) => {
      const [y, x] = [Math.floor(i / 80), i % 80];
      const strength = 0.8 * Math.exp((((y >> 4) * 5 + (x >> 4) * 7) % 11) / 5 - 2);
      const waves = Array.from({ length: 8 }, (_, k) => {
        const frequency = 0.6 + 2.2 * ((0.618 * k) % 1);
        return Math.sin(frequency * (Math.cos(2.4 * k) * x + Math.sin(2.4 * k) * y) + k);
      });
      return 0.5 + (strength * waves.reduce((sum, wave) => sum + wave)) / Math.sqrt(32);
    });
    expect(measureNoise(texture).kind).toBe('unknown');
    for (const seed of [1, 2, 3]) {
      const source = keyedRandom(seed, 'q', 0)('n');
      const found = measureNoise(mapArray(texture, (value) => value + (20 / 255) * source.normal()));
      expect(found).toMatchObject({ kind: 'white', unlikeness: 0.5, octaves: [] });
      expect(Math.abs(found.sigma / (20 / 255) - 1)).toBeLessThan(0.12);
    }
  });

  it('takes no detail of flat places for white noise that is sure', () => {
    // Everywhere as rough: a pattern of 5/255 that repeats beneath noise of 6/255.
    const rough = withNoise(
      mapArray(waves, (value, i) => {
        const [y, x] = [Math.floor(i / SHAPE[2]) % SHAPE[1], i % SHAPE[2]];
        return value + ((5 * Math.SQRT2) / 255) * Math.sin(2.2 * x + 1.1 * y);
      }),
      white(6 / 255),
    );
    const found = measureNoise(rough);
    expect(['white', 'signal-dependent']).toContain(found.kind);
    expect(Math.abs(found.sigma / (6 / 255) - 1)).toBeLessThan(0.07);
    const [own, between] = found.octaves[0];
    expect([own, between]).toEqual([found.sigma ** 2, 0]);
  });

  it('refuses a picture, or what is seen of it, that is too small', () => {
    expect(() => measureNoise(zeros([3, 16, 16]))).toThrow(UsageError);
    const seen = new Float32Array(64 * 64).map((_, i) => (i % 64 < 5 ? 1 : 0));
    expect(() => measureNoise(zeros([1, 64, 64]), seen)).toThrow('is too small to estimate its noise');
  });

  it('finds noise that is cut off nearly everywhere, as strong as it was', () => {
    // A third to a half of the values of a dark colour lie below the range.
    const found = measureNoise(
      mapArray(withNoise(waves, white(0.1)), (value, i) => {
        const dark = i < SHAPE[1] * SHAPE[2] ? value - 0.5 - 0.38 * Math.sin((i % SHAPE[2]) / 40) : value;
        return Math.min(1, Math.max(0, dark));
      }),
    );
    expect(['white', 'correlated']).toContain(found.kind);
    expect(Math.abs(Math.sqrt(found.octaves[0][0]) / 0.1 - 1)).toBeLessThan(0.12);
    expect(Math.abs(Math.sqrt(found.octaves[0][2]) / 0.1 - 1)).toBeLessThan(0.12);
  });

  it('follows a level that is highest between black and white', () => {
    const { data } = white(1);
    const level = (value: number) => 0.02 + 0.16 * value * (1 - value);
    const found = measureNoise(mapArray(waves, (value, i) => value + level(value) * data[i]));
    for (const k of [1, 2, 3]) {
      const sigma = Math.sqrt(found.octaves[0][0]) * found.levels[k];
      expect(Math.abs(sigma / level(k / 4) - 1)).toBeLessThan(0.28);
    }
    expect(found.levels[2] / found.levels[0]).toBeGreaterThan(1.3);
  });

  it('says so where there is no noise, and where no part is flat', () => {
    expect(measureNoise(zeros(SHAPE)).kind).toBe('none');
    expect(measureNoise(mapArray(waves, (value) => Math.round(255 * value) / 255)).kind).toBe('none');
    const patches = mapArray(zeros(SHAPE), (_, at) => {
      const i = at % (SHAPE[1] * SHAPE[2]); // without colour, as detail is
      return ((i * i * 7919) % 97 < 30 + (i % 50) ? 0.2 : 0.8) * (0.1 + ((i >> 4) % 13) / 13);
    });
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

  it.each([
    ['gb82_cc0/haze-lossless.png', ['none']],
    ['PolyU_real_noise/Canon5D2_5_160_3200_chair_14_mean.jpg', ['unknown']],
    ['PolyU_real_noise/Canon5D2_5_160_3200_chair_11_real.jpg', ['correlated']],
  ])('%s: %s', async (file, kinds) => {
    expect(kinds).toContain(measureNoise(await picture(`${shared}/data/test/${file}`)).kind);
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
