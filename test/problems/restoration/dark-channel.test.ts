import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../../problems/bind.js';
import { airlightOf, veilOf } from '../../../problems/restoration/dark-channel.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const [HEIGHT, WIDTH] = [120, 160];
const PIXELS = HEIGHT * WIDTH;
const LIGHT = [0.8, 0.85, 0.9];

/** Coloured tiles of 2×2 pixels, of which every fourth is black; the sky above, if there is one, is all air. */
function scene(sky = 0): FloatArray {
  const random = keyedRandom(3, 'haze', 0)('scene');
  const tiles = Array.from({ length: 3 * 60 * 80 }, () => random.uniform());
  const data = Float32Array.from({ length: 3 * PIXELS }, (_, i) => {
    const [channel, row, column] = [Math.floor(i / PIXELS), Math.floor(i / WIDTH) % HEIGHT, i % WIDTH];
    if (row < sky) return LIGHT[channel];
    const tile = Math.floor(row / 2) * 80 + Math.floor(column / 2);
    return tile % 4 === 0 ? 0 : tiles[channel * 4800 + tile];
  });
  return floatArray(data, [3, HEIGHT, WIDTH]);
}

/** Far above, near below. */
const depthOf = (i: number) => 1.1 - Math.floor((i % PIXELS) / WIDTH) / HEIGHT;

const hazy = (x: FloatArray, share: (i: number) => number) =>
  mapArray(x, (value, i) => share(i) * value + (1 - share(i)) * LIGHT[Math.floor(i / PIXELS)]);

const rms = (values: ArrayLike<number>, expected: (i: number) => number) =>
  Math.sqrt(
    Array.from(values).reduce((sum, value, i) => sum + (value - expected(i)) ** 2, 0) / values.length,
  );

describe('what a picture tells of its haze', () => {
  const share = (i: number) => Math.exp(-1.2 * depthOf(i));
  const picture = hazy(scene(20), share);

  it('has the light of the air, by channel', () => {
    for (const [channel, light] of airlightOf(picture).entries())
      expect(light).toBeCloseTo(LIGHT[channel], 2);
  });

  it('has the map of what comes through, with a tenth of the haze left', () => {
    const { transmission } = veilOf(picture, LIGHT);
    const ground = transmission.subarray(40 * WIDTH);
    expect(rms(ground, (i) => 1 - 0.9 * (1 - share(i + 40 * WIDTH)))).toBeLessThan(0.03);
    // In the sky nothing comes through, of which a fifth is left.
    expect(transmission[5 * WIDTH + 80]).toBeLessThan(0.25);
    expect(Math.min(...transmission)).toBeGreaterThanOrEqual(0.2);
  });

  it('does not depend on how large the picture is', () => {
    const twice = floatArray(new Float32Array(12 * PIXELS), [3, 2 * HEIGHT, 2 * WIDTH]);
    for (let i = 0; i < twice.data.length; i++) {
      const [channel, row, column] = [
        Math.floor(i / (4 * PIXELS)),
        Math.floor(i / (2 * WIDTH)) % 240,
        i % 320,
      ];
      twice.data[i] = picture.data[channel * PIXELS + (row >> 1) * WIDTH + (column >> 1)];
    }
    const [one, two] = [veilOf(picture, LIGHT), veilOf(twice, LIGHT)];
    expect(
      rms(one.transmission, (i) => two.transmission[4 * WIDTH * Math.floor(i / WIDTH) + 2 * (i % WIDTH)]),
    ).toBeLessThan(0.03);
  });
});

describe('haze without a map', () => {
  const bound = (measurement: FloatArray, text = 'haze') =>
    bind(problem(text, 'gaussian:sigma=0.01'), { measurementShape: measurement.shape }, { measurement });

  it('is bound with what the picture tells, and gives the scene back', async () => {
    const x = scene(20);
    const y = hazy(x, (i) => Math.exp(-0.9 * depthOf(i)));
    const { operator, found, spec } = bound(y);
    expect(spec.operators[0].options.airlight).toEqual(LIGHT);
    expect(Object.keys(found!.files)).toEqual(['transmission']);
    expect(found!.doubt).toBeUndefined();
    const restored = operator.undo!.invert(y);
    const truth = (i: number) => x.data[i];
    expect(rms(restored.data, truth)).toBeLessThan(0.25 * rms(y.data, truth));
  });

  it('keeps the light that is told, and a map that is told', () => {
    const y = hazy(scene(), () => 0.5);
    expect(bound(y, 'haze:airlight=0.9').spec.operators[0].options).toEqual({ airlight: 0.9 });
    const transmission = floatArray(new Float32Array(PIXELS).fill(0.5), [HEIGHT, WIDTH]);
    const told = bind(
      problem('haze:transmission=t.png', 'gaussian:sigma=0.01'),
      { measurementShape: y.shape },
      { measurement: y, files: { '0.transmission': transmission } },
    );
    expect(told.found).toBeUndefined();
    expect(told.spec.operators[0].options.airlight).toBeUndefined();
  });

  it('leaves a clear picture as it is, and says so', () => {
    const { found, operator } = bound(scene(20));
    expect(found!.doubt?.code).toBe('not-hazy');
    expect(operator.undo!.invert(scene(20)).data).toEqual(scene(20).data);
  });

  it('warns where the haze is weak', () => {
    expect(bound(hazy(scene(), () => 0.82)).found!.doubt?.code).toBe('hardly-hazy');
  });

  it('is found again from a clean measurement, which noise does not mislead', async () => {
    const share = (i: number) => Math.exp(-0.7 * depthOf(i));
    const random = keyedRandom(5, 'haze', 0)('noise');
    const clean = hazy(scene(20), share);
    const noisy = mapArray(clean, (value) => value + 0.06 * random.normal());
    const first = bound(noisy);
    const again = first.found!.again(clean);
    const error = ({ found }: typeof first) => {
      const ground = found!.files.transmission.data.subarray(40 * WIDTH);
      return rms(ground, (i) => 1 - 0.9 * (1 - share(i + 40 * WIDTH)));
    };
    expect(error(again)).toBeLessThan(0.5 * error(first));
  });

  it('needs a map in a simulation, where there is no picture to tell it', () => {
    expect(() => bind(problem('haze', 'gaussian:sigma=0.01'), { imageShape: [3, 8, 8] })).toThrow(
      'haze needs one of transmission and depth, but neither of them is given',
    );
  });

  it('takes a grey picture, which has one light', () => {
    const grey = floatArray(hazy(scene(20), () => 0.5).data.slice(0, PIXELS), [1, HEIGHT, WIDTH]);
    const { spec, found } = bound(grey);
    expect(spec.operators[0].options.airlight).toBeCloseTo(LIGHT[0], 2);
    expect(found!.files.transmission.shape).toEqual([HEIGHT, WIDTH]);
  });
});
