/** What the tests of noises share: densities integrated, samples held against them, gradients against differences. */
import { expect } from 'vitest';
import type { NoiseModel } from '../../../problems/noise.js';
import { floatArray } from '../../../src/core/array.js';

export const DRAWS = 200_000;

export const vector = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);
export const constant = (value: number, count = DRAWS) =>
  floatArray(new Float32Array(count).fill(value), [count]);

/** p(y | clean) of one value. */
export const densityOf = (noise: NoiseModel, clean: number) => (y: number) =>
  Math.exp(noise.logLikelihood(vector(clean), vector(y)));

/** The integral of a density from `low` up to any y ≤ `high`, by the midpoint rule with 20,000 cells. */
export function cumulativeOf(density: (y: number) => number, low: number, high: number) {
  const cells = 20_000;
  const width = (high - low) / cells;
  const sums = new Float64Array(cells + 1);
  for (let i = 0; i < cells; i++) sums[i + 1] = sums[i] + width * density(low + (i + 0.5) * width);
  return (y: number) => {
    const place = Math.min(Math.max((y - low) / width, 0), cells);
    const cell = Math.min(Math.floor(place), cells - 1);
    return sums[cell] + (place - cell) * (sums[cell + 1] - sums[cell]);
  };
}

/** Largest distance between two distribution functions, scaled so that it exceeds 1.95 once in a thousand times. */
export function kolmogorov(sample: Float32Array, cumulative: (value: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  for (let i = 0; i < sorted.length; i++) {
    const expected = cumulative(sorted[i]);
    distance = Math.max(distance, (i + 1) / sorted.length - expected, expected - i / sorted.length);
  }
  return distance * Math.sqrt(sorted.length);
}

/** Pearson's statistic of counts against p(k), cells of fewer than 10 expected pooled, in standard deviations. */
export function pearson(
  counts: Map<number, number>,
  probability: (k: number) => number,
  last: number,
): number {
  let [statistic, cells, pooledSeen, pooledExpected] = [0, 0, 0, 0];
  for (let k = 0; k <= last; k++) {
    pooledSeen += counts.get(k) ?? 0;
    pooledExpected += DRAWS * probability(k);
    if (pooledExpected < 10) continue;
    statistic += (pooledSeen - pooledExpected) ** 2 / pooledExpected;
    cells++;
    [pooledSeen, pooledExpected] = [0, 0];
  }
  return (statistic - (cells - 1)) / Math.sqrt(2 * (cells - 1));
}

/** Gradient against central differences of the log-likelihood at each value. */
export function expectGradient(noise: NoiseModel, clean: number[], y: number[], step: number): void {
  const gradient = noise.gradient(vector(...clean), vector(...y));
  for (const [i, value] of clean.entries()) {
    const [above, below] = [Math.fround(value + step), Math.fround(value - step)];
    const at = (moved: number) => noise.logLikelihood(vector(moved), vector(y[i]));
    const difference = (at(above) - at(below)) / (above - below);
    expect(Math.abs(gradient.data[i] - difference)).toBeLessThan(1e-3 * (1 + Math.abs(difference)));
  }
}
