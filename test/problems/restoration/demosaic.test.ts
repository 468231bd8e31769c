import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { floatArray } from '../../../src/core/array.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { operatorOf } from '../sound.js';

agreesWithFixtures('demosaic', 1);

describe('demosaic', () => {
  // Values say channel (hundreds), row (tens) and column (ones).
  const image = floatArray(
    Float32Array.from({ length: 36 }, (_, i) => {
      const [channel, pixel] = [Math.floor(i / 12), i % 12];
      return 100 * (channel + 1) + 10 * Math.floor(pixel / 4) + (pixel % 4);
    }),
    [3, 3, 4],
  );

  it.each([
    ['rggb', [100, 201, 102, 203, 210, 311, 212, 313, 120, 221, 122, 223]],
    ['bggr', [300, 201, 302, 203, 210, 111, 212, 113, 320, 221, 322, 223]],
    ['grbg', [200, 101, 202, 103, 310, 211, 312, 213, 220, 121, 222, 123]],
    ['gbrg', [200, 301, 202, 303, 110, 211, 112, 213, 220, 321, 222, 323]],
  ])('%s', async (pattern, expected) => {
    const y = await operatorOf(`demosaic:pattern=${pattern}`, [3, 3, 4]).apply(image);
    expect(y.shape).toEqual([1, 3, 4]);
    expect([...y.data]).toEqual(expected);
  });

  it('measures colour images, though its measurement has one channel', () => {
    const spec = { ...parseProblem('demosaic'), noise: parseTerm('gaussian:sigma=0.1') };
    const problem = bind(spec, { measurementShape: [1, 6, 8] }, { channels: 3 });
    expect(problem.imageShape).toEqual([3, 6, 8]);
    const x = floatArray(new Float32Array(144), [3, 6, 8]);
    expect(problem.report(x)).toBe(x);
    expect(() => bind(spec, { measurementShape: [3, 6, 8] })).toThrow(
      'demosaic measures one channel, but the measurement is 3×6×8',
    );
    expect(() => operatorOf('demosaic', [1, 6, 8])).toThrow(
      'demosaic takes images of 3 channels, but the image is 1×6×8',
    );
  });
});
