/** Scores of a standard deviation and of an interval, against values in closed form. */
import { describe, expect, it } from 'vitest';
import { filled, floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { intervalScore, sparsification, spreadSkill } from '../../src/core/spread-scores.js';

const random = keyedRandom(0, 'scores', 0);
const shape = [1, 200, 200];
const truth = random('truth').normals(shape);

describe('spread over skill', () => {
  it('is 1 where the deviation is that of the error, half where it is half', () => {
    const mean = filled(shape, 0);
    expect(Math.abs(spreadSkill(mean, filled(shape, 1), truth) - 1)).toBeLessThan(0.015);
    expect(Math.abs(spreadSkill(mean, filled(shape, 0.5), truth) - 0.5)).toBeLessThan(0.008);
  });

  it('knows that the mean of few samples is off by itself', () => {
    const draws = [0, 1, 2].map((k) => random('draw', k).normals(shape));
    const mean = mapArray(truth, (_, i) => draws.reduce((sum, { data }) => sum + data[i] / 3, 0));
    const sd = mapArray(truth, (_, i) =>
      Math.sqrt(draws.reduce((sum, { data }) => sum + (data[i] - mean.data[i]) ** 2 / 2, 0)),
    );
    expect(Math.abs(spreadSkill(mean, sd, truth, 3) - 1)).toBeLessThan(0.015);
    expect(spreadSkill(mean, sd, truth)).toBeLessThan(0.9);
  });
});

describe('intervals', () => {
  const within = (halfWidth: number) =>
    intervalScore(filled(shape, -halfWidth), filled(shape, halfWidth), truth, 0.9);

  it('hold of a normal law what its quantiles say, and half as wide 58.9 %', () => {
    expect(Math.abs(within(1.6449).held - 0.9)).toBeLessThan(0.006);
    expect(Math.abs(within(1.6449 / 2).held - 0.589)).toBeLessThan(0.01);
    expect(within(1.6449).width).toBeCloseTo(3.29, 2);
  });

  it('score best at the true quantiles', () => {
    const scores = [1.2, 1.6449, 2.2].map((halfWidth) => within(halfWidth).score);
    expect(scores[1]).toBeLessThan(scores[0]);
    expect(scores[1]).toBeLessThan(scores[2]);
  });

  it('are counted by hand', () => {
    const row = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
    const found = intervalScore(row(0.2, 0), row(0.4, 1), row(0.5, 0), 0.9);
    expect(found.held).toBe(0.5);
    expect(found.width).toBeCloseTo(0.6, 6);
    // (0.2 + 20·0.1 + 1)/2
    expect(found.score).toBeCloseTo(1.6, 5);
  });
});

describe('sparsification', () => {
  const sd = mapArray(truth, (_, i) => 0.1 + (i % 7));
  const noisy = mapArray(truth, (value, i) => value * sd.data[i]);
  const none = filled(shape, 0);

  it('is 0 for the errors themselves, in any unit', () => {
    const errors = mapArray(noisy, (value) => 3 * Math.abs(value));
    expect(sparsification(none, errors, noisy)).toBeCloseTo(0, 9);
  });

  it('is less for the true deviation than for none, and most for the wrong order', () => {
    const known = sparsification(none, sd, noisy);
    const unknown = sparsification(none, random('other').normals(shape), noisy);
    const wrong = sparsification(
      none,
      mapArray(sd, (value) => -value),
      noisy,
    );
    expect(known).toBeGreaterThan(0.05);
    expect(known).toBeLessThan(0.8 * unknown);
    expect(unknown).toBeLessThan(wrong);
  });
});

it('other shapes are refused', () => {
  const small = filled([1, 2, 2], 0);
  expect(() => spreadSkill(small, filled([1, 2, 3], 0), small)).toThrow('found 1×2×2 and 1×2×3');
});
