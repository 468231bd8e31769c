import { describe, expect, it } from 'vitest';
import { jpegRounding } from '../../../problems/restoration/jpeg-coefficients.js';
import { floatArray } from '../../../src/core/array.js';
import { chromaSamplings } from '../../../src/core/jpeg-coding.js';
import { keyedRandom } from '../../../src/core/random.js';
import { expectSound, operatorOf } from '../sound.js';

const random = (purpose: string) => keyedRandom(0, 'coefficients', 0)(purpose);
const tables = Array.from({ length: 128 }, (_, i) => 3 + (i % 64));

/** Smooth, with a little grain, far from black and white. */
function scene(shape: readonly number[]) {
  const grain = random('scene');
  const size = shape.reduce((product, extent) => product * extent);
  const width = shape[2];
  const value = (_: unknown, i: number) =>
    0.5 + 0.2 * Math.sin((i % width) / 5) * Math.cos(i / width / 7) + 0.01 * grain.normal();
  return floatArray(Float32Array.from({ length: size }, value), shape);
}

describe.each(chromaSamplings)('the numbers that JPEG rounds, colour %s', (chroma) => {
  const coding = { tables, chroma, orientation: 1 };

  it.each([
    [3, 16, 32],
    [3, 13, 18],
  ])('are linear in the image %d×%d×%d', async (...shape) => {
    await expectSound(jpegRounding(shape as [number, number, number], coding).linear);
  });

  it('are read from the decoded picture: multiples of the steps, within half a step', async () => {
    const shape = [3, 32, 48] as const;
    const { linear, read, variances } = jpegRounding(shape, coding);
    const steps = variances(0).map((variance) => Math.sqrt(12 * variance));
    const x = scene(shape);
    const operator = operatorOf(`jpeg:tables=${tables.join(':')},chroma=${chroma}`, shape);
    const clean = await linear.apply(x);
    const found = await read(await operator.apply(x));
    let [rounded, near] = [0, 0];
    for (let i = 0; i < steps.length; i++) {
      const multiple = found.data[i] / steps[i];
      // Levels are about 128 in the file, and luma's means lie eight times as high.
      const offset = i < 32 * 48 && i % 64 === 0 ? (8 * 128) / 255 / steps[i] : 0;
      if (Math.abs(multiple - offset - Math.round(multiple - offset)) < 0.3) rounded++;
      if (Math.abs(found.data[i] - clean.data[i]) < 0.75 * steps[i]) near++;
    }
    expect(rounded / steps.length).toBeGreaterThan(0.97);
    expect(near / steps.length).toBeGreaterThan(0.99);
  });

  it('gain the variance of white noise', async () => {
    const shape = [3, 64, 64] as const;
    const { linear, variances } = jpegRounding(shape, coding);
    const without = variances(0);
    const gains = variances(1e4).map((value, i) => Math.round(value - without[i]) / 1e4);
    const noise = floatArray(random('noise').normals(shape).data, shape);
    const { data } = await linear.apply(noise);
    for (const gain of new Set(gains)) {
      const own = data.filter((_, i) => gains[i] === gain);
      const variance = own.reduce((sum, value) => sum + value * value, 0) / own.length;
      // Three standard errors of the smallest plane, 1024 values.
      expect(Math.abs(variance / gain - 1)).toBeLessThan(0.14);
    }
  });
});
