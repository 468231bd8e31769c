import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../../problems/bind.js';
import { measuredPicture } from '../../../solvers/parts/measured-picture.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const line = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const of = (text: string, measurement: FloatArray, channels = 1, files = {}) =>
  measuredPicture(
    bind(problem(text, 'gaussian:sigma=0.03'), { measurementShape: measurement.shape }, { channels, files }),
    measurement,
  );
function expectClose({ data }: FloatArray, expected: readonly number[]): void {
  expect(data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
}

describe('measuredPicture', () => {
  it('is the measurement itself where nothing but noise lies between', async () => {
    const y = line(0.1, 0.5);
    const { picture, noise, grey, imageOf } = await of('denoise', y);
    expectClose(picture, [0.1, 0.5]);
    expectClose(imageOf(picture), [0.1, 0.5]);
    expect([noise.octaves, grey]).toEqual([[[0.0009]], false]);
  });

  it('goes up to white where the exposure was short, and so does its noise', async () => {
    const y = line(0.05, 0.2, -0.05);
    const { picture, noise, imageOf } = await of('low-light:exposure=0.2,gamma=2', y);
    expectClose(picture, [0.25, 1, -0.25]);
    expectClose(imageOf(picture), [0.5, 1, -0.5]);
    expect(noise.octaves[0][0]).toBeCloseTo(0.15 ** 2, 8);
    const clean = floatArray(new Float32Array(4000).fill(0.5), [1, 40, 100]);
    const { data } = noise.sample(clean, keyedRandom(0, 'measured picture', 0)('noise'));
    const variance = data.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / data.length;
    expect(Math.sqrt(variance)).toBeCloseTo(0.15, 2);
  });

  it('takes the veil off, whatever lies at the far end', async () => {
    const transmission = floatArray(Float32Array.of(0.5, 0.8), [1, 2]);
    const y = line(0.65, 0.48);
    const { picture, imageOf } = await of('haze:transmission=t.png,airlight=0.8', y, 1, {
      '0.transmission': transmission,
    });
    expectClose(imageOf(picture), [0.5, 0.4]);
  });

  it('is of the luminance where a grey picture is restored by a prior of colours', async () => {
    const { picture, grey, imageOf } = await of('low-light:exposure=0.5,gamma=1', line(0.1, 0.4), 3);
    expect(grey).toBe(true);
    expectClose(picture, [0.2, 0.8]);
    expectClose(imageOf(picture), [0.2, 0.8]);
  });

  it('is refused where something is lost', async () => {
    await expect(of('inpaint:box=0:0:1:1', line(0.1, 0.4))).rejects.toThrow('the measurement is no picture');
  });
});
