import { describe, expect, it } from 'vitest';
import { floatArray, zeros } from '../../src/core/array.js';
import { regionMean, summariseNumber } from '../../src/core/functional.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(0, 'functional', 0);

describe('a number of an image', () => {
  it('has the interval of its own law, which pixels do not tell', () => {
    // One offset for all pixels, and noise of each: the mean of 100 has √(0.5² + 1/100).
    const draw = (k: number) => {
      const noise = random('noise', k).normals([1, 10, 10]);
      const offset = 0.5 * random('offset', k).normal();
      return floatArray(
        noise.data.map((value) => value + offset),
        [1, 10, 10],
      );
    };
    const samples = [...Array(2000).keys()].map(draw);
    const { mean, sd, lower, upper } = summariseNumber(samples, (x) => regionMean(x, [0, 0, 10, 10]), 0.9);
    expect(mean).toBeCloseTo(0, 1);
    expect(sd).toBeCloseTo(Math.sqrt(0.26), 1);
    expect((upper! - lower!) / (2 * 1.645 * Math.sqrt(0.26))).toBeCloseTo(1, 1);
  });

  it('has no interval where there is one sample', () => {
    expect(summariseNumber([zeros([1, 2, 2])], () => 3, 0.9)).toEqual({ mean: 3, median: 3 });
  });

  it('of a region is its mean, over all channels', () => {
    const image = floatArray(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    );
    expect(regionMean(image, [1, 2, 2, 1])).toBe((6 + 10 + 18 + 22) / 4);
    for (const region of [
      [0, 0, 4, 4],
      [-1, 0, 1, 1],
      [0, 0, 0, 1],
      [0.5, 0, 1, 1],
    ] as const) {
      expect(() => regionMean(image, region)).toThrow('within the image');
    }
  });
});
