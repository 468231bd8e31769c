import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { floatArray } from '../../../src/core/array.js';
import { expectSound, operatorOf } from '../sound.js';

/** The amplitude that is left of a wave of half-period `half` sensor pixels, in the middle of a long line. */
async function contrast(mtf: number, factor: number, half: number): Promise<number> {
  const width = 48 * factor;
  // Crests on the middles of the sensor's pixels, so that sampling loses nothing.
  const wave = (i: number) => Math.cos((Math.PI * ((i + 0.5) / factor - 0.5)) / half);
  const x = floatArray(
    Float32Array.from({ length: factor * width }, (_, i) => wave(i % width)),
    [1, factor, width],
  );
  const y = await operatorOf(`satellite:mtf=${mtf},factor=${factor}`, [1, factor, width]).apply(x);
  expect(y.shape).toEqual([1, 1, 48]);
  return Math.abs(y.data[24]);
}

describe('satellite', () => {
  it.each([
    [0.15, 2],
    [0.15, 3],
    [0.3, 4],
    [0.05, 2],
  ])('leaves %s of the contrast at the Nyquist frequency of a sensor of factor %i', async (mtf, factor) => {
    expect(await contrast(mtf, factor, 1)).toBeCloseTo(mtf, 3);
    // A Gaussian: at half that frequency the logarithm is a quarter.
    expect(await contrast(mtf, factor, 2)).toBeCloseTo(mtf ** 0.25, 3);
  });

  it('leaves that contrast at full resolution as well', async () => {
    // The highest cosine of a line is not quite at the Nyquist frequency: (15/16)² of its logarithm.
    const x = floatArray(
      Float32Array.from({ length: 16 }, (_, i) => Math.cos((Math.PI * 15 * (2 * i + 1)) / 32)),
      [1, 1, 16],
    );
    const y = await operatorOf('satellite:mtf=0.2', [1, 1, 16]).apply(x);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(0.2 ** ((15 / 16) ** 2) * x.data[i], 5);
    }
  });

  it('keeps brightness, and knows the image of a measurement', async () => {
    const flat = floatArray(new Float32Array(96).fill(0.3), [1, 8, 12]);
    for (const factor of [1, 2, 4]) {
      const y = await operatorOf(`satellite:factor=${factor}`, [1, 8, 12]).apply(flat);
      for (const value of y.data) expect(value).toBeCloseTo(0.3, 6);
    }
    const spec = { ...parseProblem('satellite:factor=3'), noise: parseTerm('gaussian:sigma=1') };
    expect(bind(spec, { measurementShape: [4, 5, 6] }).imageShape).toEqual([4, 15, 18]);
  });

  it.each([
    ['satellite', [3, 9, 8]],
    ['satellite:mtf=0.9', [1, 7, 5]],
    ['satellite:factor=2,mtf=0.9', [1, 8, 6]],
    ['satellite:factor=2', [3, 8, 12]],
    ['satellite:factor=3,mtf=0.05', [1, 9, 15]],
  ])('%s on %j passes its own check', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('whatever the options and sizes', async () => {
    const given = fc.record({
      mtf: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      factor: fc.integer({ min: 1, max: 5 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ mtf, factor, height, width }) => {
        const shape = [1, factor * height, factor * width];
        await expectSound(operatorOf(`satellite:mtf=${mtf},factor=${factor}`, shape));
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});
