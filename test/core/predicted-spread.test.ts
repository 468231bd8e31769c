import { describe, expect, it } from 'vitest';
import { filled, floatArray } from '../../src/core/array.js';
import { featuresOf } from '../../src/core/predicted-spread.js';
import { keyedRandom } from '../../src/core/random.js';

const FINEST = 0.5 / 255;
const shape = [2, 12, 9];

describe('featuresOf', () => {
  it('is the standard deviation where that is known, and never 0', () => {
    const mean = filled(shape, 0.3);
    const sd = keyedRandom(0, 'sd', 0)('sd').normals(shape);
    const { spread, brightness, hole } = featuresOf({ mean, sd, samples: 0 });
    for (const i of [0, 7, 215]) expect(spread[i]).toBeCloseTo(Math.hypot(sd.data[i], FINEST), 6);
    expect(brightness).toEqual(mean.data);
    expect(hole).toBeUndefined();
    expect(featuresOf({ mean, sd: filled(shape, 0), samples: 0 }).spread[0]).toBeCloseTo(FINEST, 8);
  });

  it('draws that of few samples to the average around it: 3/7 of its own of four', () => {
    const sd = filled(shape, 0);
    sd.data[3 * 9 + 4] = 1;
    const { spread } = featuresOf({ mean: filled(shape, 0), sd, samples: 4 });
    const at = (row: number, column: number) => spread[row * 9 + column] ** 2;
    expect(at(3, 4)).toBeCloseTo(3 / 7 + 4 / 7 / 25, 5);
    expect(at(5, 6)).toBeCloseTo(4 / 7 / 25, 5);
    expect(at(6, 4)).toBeCloseTo(FINEST ** 2, 8);
    // At a border the square is cut off.
    expect(at(1, 4)).toBeCloseTo(4 / 7 / 20, 5);
    expect(spread[108 + 3 * 9 + 4]).toBeCloseTo(FINEST, 8);
  });

  it('is the detail of the estimate where there is no standard deviation', () => {
    const mean = floatArray(
      Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 10),
      [1, 8, 8],
    );
    const { spread } = featuresOf({ mean, samples: 0 });
    // Five columns 0.1 apart have a variance of 0.02.
    expect(spread[4 * 8 + 4]).toBeCloseTo(Math.sqrt(0.02 + FINEST ** 2), 5);
  });

  it('knows holes', () => {
    const observed = Float32Array.of(1, 0, 1, 0);
    const { hole } = featuresOf({ mean: filled([1, 2, 2], 0), samples: 0, observed });
    expect(hole).toEqual(Uint8Array.of(0, 1, 0, 1));
  });
});
