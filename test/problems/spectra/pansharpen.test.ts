/** Pansharpening and unmixing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, linearOperatorOf, operatorOf } from '../sound.js';

agreesWithFixtures('pansharpen', 1);

const imageOf = (text: string, measurementShape: number[], files?: Record<string, FloatArray>) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { files }).imageShape;
};

describe('pansharpen', () => {
  it.each([
    ['pansharpen', [3, 8, 12]],
    ['pansharpen:factor=2', [1, 6, 4]],
    ['pansharpen:factor=3,weights=0.1:0.5:0.2:0.2', [4, 9, 3]],
    ['pansharpen:factor=2,weights=0:1:0,size=4x6', [3, 4, 6]],
    ['gaussian-blur:sigma=1,border=reflect+pansharpen:factor=2', [3, 6, 8]],
  ])('%s on %j is sound', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('is sound whatever the options and sizes', async () => {
    const few = fc.integer({ min: 1, max: 4 });
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    const given = fc.record({
      factor: fc.integer({ min: 2, max: 4 }),
      weights: fc.array(share, { minLength: 2, maxLength: 5 }),
      rows: few,
      columns: few,
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ factor, weights, rows, columns }) => {
        const text = `pansharpen:factor=${factor},weights=${weights.join(':')}`;
        await expectSound(operatorOf(text, [weights.length, factor * rows, factor * columns]));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('holds block means, channel by channel, then the weighted sum', async () => {
    const x = floatArray(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 1, 0, 1, 0, 2), [2, 2, 4]);
    const y = await operatorOf('pansharpen:factor=2,weights=0.75:0.25', x.shape).apply(x);
    expect([...y.data]).toEqual([3.5, 5.5, 0.5, 0.75, 0.75, 1.75, 2.25, 3.25, 3.75, 4.75, 5.25, 6.5]);
    const mean = await operatorOf('pansharpen:factor=2', x.shape).apply(x);
    expect([...mean.data.subarray(4)]).toEqual([0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 3.5, 5]);
  });

  it('has the largest singular value that it says', async () => {
    const operator = linearOperatorOf('pansharpen:factor=2,weights=0.2:0.5:0.3', [3, 4, 4]);
    const ones = floatArray(
      Float32Array.from({ length: 48 }, (_, i) => [0.2, 0.5, 0.3][Math.floor(i / 16)]),
      [3, 4, 4],
    );
    const back = await operator.adjoint(await operator.apply(ones));
    for (const [i, value] of ones.data.entries()) {
      expect(back.data[i]).toBeCloseTo(operator.norm! ** 2 * value, 6);
    }
  });

  it('knows the image from the measurement', () => {
    expect(imageOf('pansharpen', [3 * 16 + 256])).toEqual([3, 16, 16]);
    expect(imageOf('pansharpen:factor=2,size=4x6', [4 * 6 + 24])).toEqual([4, 4, 6]);
    expect(() => imageOf('pansharpen:factor=2,size=4x6', [40])).toThrow(
      'pansharpen with factor 2 measures no 40 values of an image of 4×6; size=HxW says which image it is of',
    );
  });

  it.each([
    ['pansharpen', [3, 8, 10], 'pansharpen needs a height and width that factor 4 divides'],
    ['pansharpen:weights=1:2', [2, 8, 8], 'of pansharpen: '],
    [
      'pansharpen:weights=0.5:0.5',
      [3, 8, 8],
      'pansharpen:weights has 2 shares, but the image has 3 channels',
    ],
    ['pansharpen:weights=0:0', [2, 8, 8], 'pansharpen:weights are all 0'],
    ['pansharpen:size=4x4', [2, 8, 8], 'pansharpen:size is 4x4, but the image is 8x8'],
  ])('refuses %s on %j', (text, shape, message) => {
    expect(() => operatorOf(text, shape)).toThrow(message);
  });
});
