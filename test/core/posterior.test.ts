import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { normalisedWeights, summarise, summariseMoments } from '../../src/core/posterior.js';
import { keyedRandom } from '../../src/core/random.js';

const row = (...values: number[]): FloatArray => floatArray(Float32Array.from(values), [values.length]);

describe('summarise', () => {
  it('agrees with hand computation on three samples', () => {
    const s = summarise([row(1, 0), row(2, 0), row(6, 0)], 0.9);
    expect([...s.mean.data]).toEqual([3, 0]);
    expect([...s.median.data]).toEqual([2, 0]);
    expect(s.sd?.data[0]).toBeCloseTo(Math.sqrt(7), 6);
    expect(s.effectiveSamples).toBeCloseTo(3, 12);
    // t quantile at 0.95 with 2 degrees of freedom is 2.91998558 (tables).
    expect(s.upper?.data[0]).toBeCloseTo(3 + 2.91998558 * Math.sqrt(7) * Math.sqrt(4 / 3), 5);
    expect(s.lower?.data[0]).toBeCloseTo(3 - 2.91998558 * Math.sqrt(7) * Math.sqrt(4 / 3), 5);
    expect(s.upper?.data[1]).toBe(0);
  });

  it('reports an estimate that is given, with the interval about it', () => {
    const s = summarise([row(1), row(2), row(6)], 0.9, undefined, row(10));
    expect([s.mean.data[0], s.median.data[0]]).toEqual([10, 2]);
    expect(s.sd?.data[0]).toBeCloseTo(Math.sqrt(7), 6);
    expect(s.upper?.data[0]).toBeCloseTo(10 + 2.91998558 * Math.sqrt(7), 5);
    expect(s.lower?.data[0]).toBeCloseTo(10 - 2.91998558 * Math.sqrt(7), 5);
    const nineteen = Array.from({ length: 19 }, (_, k) => row(k + 1));
    const moved = summarise(nineteen, 0.9, undefined, row(11));
    expect([moved.lower?.data[0], moved.upper?.data[0]]).toEqual([2, 20]);
  });

  it('takes order statistics from n = 2/(1−level) − 1 on', () => {
    const nineteen = Array.from({ length: 19 }, (_, k) => row(k + 1));
    const s = summarise(nineteen, 0.9);
    expect(s.lower?.data[0]).toBeCloseTo(1, 6); // rank (19+1)·0.05 = 1
    expect(s.upper?.data[0]).toBeCloseTo(19, 6);
    expect(s.median.data[0]).toBe(10);
    const eighteen = summarise(nineteen.slice(0, 18), 0.9);
    expect(eighteen.lower?.data[0]).toBeLessThan(1); // still the t interval
  });

  it('gives no spread for a single sample', () => {
    const s = summarise([row(0.25)], 0.9);
    expect(s.mean.data[0]).toBe(0.25);
    expect(s.median.data[0]).toBe(0.25);
    expect(s.sd).toBeUndefined();
    expect(s.lower).toBeUndefined();
  });

  it.each([
    { n: 4, level: 0.9 },
    { n: 9, level: 0.5 },
    { n: 39, level: 0.9 },
  ])(
    'covers a new normal draw with probability $level at n = $n (20 000 pixels, 4 standard errors)',
    ({ n, level }) => {
      const pixels = 20_000;
      const random = keyedRandom(11, 'coverage', n);
      const samples = Array.from({ length: n }, (_, k) => random('sample', k).normals([pixels]));
      const truth = random('truth').normals([pixels]).data;
      const { lower, upper } = summarise(samples, level);
      const inside = truth.filter((value, i) => value >= lower!.data[i] && value <= upper!.data[i]).length;
      expect(Math.abs(inside / pixels - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / pixels));
    },
  );

  it('weighs samples', () => {
    const logWeights = [Math.log(3), Math.log(1)].map((w) => w + 1000);
    expect([...normalisedWeights(2, logWeights)]).toEqual([
      expect.closeTo(0.75, 12),
      expect.closeTo(0.25, 12),
    ]);
    const s = summarise([row(0), row(4)], 0.9, logWeights);
    expect(s.mean.data[0]).toBeCloseTo(1, 6);
    expect(s.effectiveSamples).toBeCloseTo(1.6, 10);
    // Reliability weights: Σw(x−mean)²/(1−Σw²) = 3/0.375
    expect(s.sd?.data[0]).toBeCloseTo(Math.sqrt(8), 5);
  });

  it('gives the same median and interval for equal weights said in either way', () => {
    const random = keyedRandom(5, 'weights', 0);
    const samples = Array.from({ length: 41 }, (_, k) => random(k).normals([50]));
    const plain = summarise(samples, 0.9);
    // A hair's breadth off equality takes the weighted path.
    const weighted = summarise(
      samples,
      0.9,
      samples.map((_, k) => 1e-9 * k),
    );
    for (const part of ['median', 'lower', 'upper'] as const) {
      for (const [i, value] of plain[part]!.data.entries())
        expect(weighted[part]!.data[i]).toBeCloseTo(value, 5);
    }
  });

  it('gives weights that differ by more than numbers can hold', () => {
    expect([...normalisedWeights(3, [0, 1000, 2000])]).toEqual([0, 0, 1]);
    expect([...normalisedWeights(4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('gives no spread where one sample has all the weight', () => {
    const s = summarise([row(1), row(5)], 0.9, [-2000, 0]);
    expect(s.mean.data[0]).toBe(5);
    expect(s.effectiveSamples).toBe(1);
    expect([s.sd, s.lower, s.upper]).toEqual([undefined, undefined, undefined]);
  });

  it('finds the median and the interval where the weight is', () => {
    // Of the values 1 … 40 the last ten have ten times the weight of the others: half of it lies beyond 31.5 + 30/20.
    const samples = Array.from({ length: 40 }, (_, k) => row(k + 1));
    const weights = samples.map((_, k) => Math.log(k < 30 ? 1 : 10));
    const s = summarise(samples, 0.7, weights);
    expect(s.effectiveSamples).toBeCloseTo(130 ** 2 / (30 + 1000), 8);
    expect(s.median.data[0]).toBeGreaterThan(33.5);
    expect(s.median.data[0]).toBeLessThan(34.5);
    // 15 % of the weight is that of 19.5 values.
    expect(s.lower?.data[0]).toBeGreaterThan(15);
    expect(s.lower?.data[0]).toBeLessThan(21);
  });

  it('ends with the largest value where that has more weight than what lies beyond the interval', () => {
    const samples = Array.from({ length: 40 }, (_, k) => row(40 - k));
    const s = summarise(
      samples,
      0.9,
      samples.map((_, k) => Math.log(k === 0 || k === 39 ? 6 : 1)),
    );
    expect(s.upper?.data[0]).toBe(40);
    expect(s.lower?.data[0]).toBe(1);
  });
});

describe('summariseMoments', () => {
  it('has the interval and the median of the normal distribution of that mean and variance', () => {
    const s = summariseMoments(row(1, -2), row(4, 0.25), 0.95, 7);
    expect([...s.mean.data]).toEqual([1, -2]);
    expect([...s.median.data]).toEqual([1, -2]);
    expect([...s.sd!.data]).toEqual([2, 0.5]);
    // The quantile of N(0, 1) at 0.975, of tables.
    const quantile = 1.959963985;
    [1, -2].forEach((mean, i) => {
      expect(s.lower!.data[i]).toBeCloseTo(mean - quantile * [2, 0.5][i], 5);
      expect(s.upper!.data[i]).toBeCloseTo(mean + quantile * [2, 0.5][i], 5);
    });
    expect(s.effectiveSamples).toBe(7);
    // Half of the values lie within 0.6745 standard deviations.
    expect(summariseMoments(row(0), row(1), 0.5, 0).upper!.data[0]).toBeCloseTo(0.67449, 4);
  });

  it('has no spread where no variance is known', () => {
    expect(summariseMoments(row(1), undefined, 0.9, 3)).toEqual({
      mean: row(1),
      median: row(1),
      effectiveSamples: 3,
    });
  });
});
