/** Scores of samples, against values in closed form and those of the literature. */
import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { coverageCurve, crps, rankHistogram } from '../../src/core/sample-scores.js';

const pixels = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const random = keyedRandom(0, 'scores', 0);
const normals = (name: string, k: number, size: number) => random(name, k).normals([1, 1, size]);
const scaled = (x: FloatArray, factor: number) => mapArray(x, (value) => factor * value);

describe('the continuous ranked probability score', () => {
  it('of four values is .0583, fair, in any order', () => {
    expect(
      crps(
        [0.1, 0.4, 0.35, 0.8].map((value) => pixels(value)),
        pixels(0.5),
      ),
    ).toBeCloseTo(0.0583333, 6);
    expect(
      crps(
        [0.8, 0.35, 0.1, 0.4].map((value) => pixels(value)),
        pixels(0.5),
      ),
    ).toBeCloseTo(0.0583333, 6);
  });

  // σ[z(2Φ(z) − 1) + 2φ(z) − 1/√π] at z = 0, 1, 2; four standard errors of 4·10⁵ draws.
  it.each([
    [0, 0.2337],
    [1, 0.6024],
    [2, 1.4528],
  ])('of two normal draws is in the mean that of the normal law, at %d', (x, expected) => {
    const samples = [normals('a', 0, 400_000), normals('b', 0, 400_000)];
    expect(
      Math.abs(
        crps(
          samples,
          mapArray(samples[0], () => x),
        ) - expected,
      ),
    ).toBeLessThan(0.006);
  });

  it('of equal samples is the error', () => {
    expect(crps([pixels(0.2, 0.5), pixels(0.2, 0.5)], pixels(0.3, 0.1))).toBeCloseTo(0.25, 6);
  });
});

describe('ranks', () => {
  const samples = (spread: number) =>
    Array.from({ length: 4 }, (_, k) => scaled(normals('sample', k, 50_000), spread));
  const truth = normals('truth', 0, 50_000);

  it('are all alike for draws of the same law', () => {
    const counts = rankHistogram(samples(1), truth, random('ties'));
    // Standard deviation of a count: √(50,000·0.2·0.8) = 89.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(360);
  });

  it('are at the ends where samples are too narrow', () => {
    const [first, , middle, , last] = rankHistogram(samples(0.5), truth, random('ties'));
    expect(first).toBeGreaterThan(13_000);
    expect(last).toBeGreaterThan(13_000);
    expect(middle).toBeLessThan(8_000);
  });

  it('among equals are drawn', () => {
    const zeros = pixels(...Array(30_000).fill(0));
    for (const count of rankHistogram([zeros, zeros], zeros, random('ties'))) {
      expect(Math.abs(count - 10_000)).toBeLessThan(330);
    }
  });
});

describe('the curve of coverage', () => {
  const samples = Array.from({ length: 19 }, (_, k) => normals('sample', k, 40_000));
  const truth = normals('truth', 0, 40_000);

  it('is the level, where samples are right', () => {
    const [half, most, impossible] = coverageCurve(samples, truth, [0.5, 0.9, 0.95]);
    expect(Math.abs(half - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(most - 0.9)).toBeLessThan(0.006);
    expect(impossible).toBeNaN();
  });

  it('is below it, where they are too narrow', () => {
    const narrow = samples.map((sample) => scaled(sample, 0.5));
    expect(coverageCurve(narrow, truth, [0.9])[0]).toBeLessThan(0.65);
  });

  it('takes samples in no order, and the ends as inside', () => {
    const few = [3, 1, 2].map((value) => pixels(value, value, value));
    expect(coverageCurve(few, pixels(1, 3, 3.1), [0.5])[0]).toBeCloseTo(2 / 3, 6);
  });
});

it('what does not fit is refused', () => {
  expect(() => crps([pixels(1)], pixels(1))).toThrow('expected at least 2 samples, found 1');
  const shapes = 'a sample has shape 1×1×2, the truth 1×1×1';
  expect(() => coverageCurve([pixels(1), pixels(1, 2)], pixels(1), [0.5])).toThrow(shapes);
});
