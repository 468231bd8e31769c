import { describe, expect, it } from 'vitest';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { combCount, combDiagonal, combSigns } from '../../src/core/comb-diagonal.js';
import { keyedRandom } from '../../src/core/random.js';

const SHAPE = [2, 5, 7];
const SIZE = 70;

/** A matrix whose entries fall off with the distance of their pixels, and its products. */
const matrix = Float64Array.from({ length: SIZE * SIZE }, (_, k) => {
  const [i, j] = [Math.floor(k / SIZE), k % SIZE];
  const at = (n: number) => [Math.floor(n / 35), Math.floor((n % 35) / 7), n % 7];
  const [a, b] = [at(i), at(j)];
  return (1 + 0.1 * (i % 4)) * Math.exp(-2 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
});
let products = 0;
const pullback = (v: FloatArray) => {
  products++;
  const out = zeros(SHAPE);
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) out.data[j] += v.data[i] * matrix[i * SIZE + j];
  }
  return out;
};
const truth = Array.from({ length: SIZE }, (_, i) => matrix[i * SIZE + i]);
const signs = (seed: number) => combSigns(SHAPE, keyedRandom(seed, 'comb', 0)('signs'));

describe('combDiagonal', () => {
  it('is the diagonal where no comb has two teeth in a channel, by one product each', async () => {
    products = 0;
    const found = await combDiagonal({ pullback }, signs(0), 7);
    truth.forEach((value, i) => {
      expect(found.data[i]).toBeCloseTo(value, 6);
    });
    expect(products).toBe(combCount(2, 7));
  });

  it('is right on average where combs leak, and not without signs', async () => {
    const mean = new Float64Array(SIZE);
    for (let seed = 0; seed < 200; seed++) {
      const { data } = await combDiagonal({ pullback }, signs(seed), 2);
      for (let i = 0; i < SIZE; i++) mean[i] += data[i] / 200;
    }
    const ones = floatArray(new Float32Array(SIZE).fill(1), SHAPE);
    const biased = await combDiagonal({ pullback }, ones, 2);
    const rms = (a: ArrayLike<number>) =>
      Math.sqrt(truth.reduce((sum, value, i) => sum + (a[i] - value) ** 2, 0) / SIZE);
    expect(rms(mean)).toBeLessThan(0.01);
    expect(rms(biased.data)).toBeGreaterThan(0.05);
  });

  it('is told before each product', async () => {
    let told = 0;
    await combDiagonal({ pullback }, signs(0), 2, () => {
      told++;
    });
    expect(told).toBe(8);
  });
});

it('signs are fair, and no two neighbours agree more often than not', () => {
  const { data } = combSigns([3, 40, 40], keyedRandom(0, 'signs', 0)('signs'));
  expect(new Set(data)).toEqual(new Set([-1, 1]));
  const mean = (f: (i: number) => number) =>
    Array.from({ length: 4799 }, (_, i) => f(i)).reduce((sum, value) => sum + value, 0) / 4799;
  // Four standard errors.
  expect(Math.abs(mean((i) => data[i]))).toBeLessThan(0.058);
  expect(Math.abs(mean((i) => data[i] * data[i + 1]))).toBeLessThan(0.058);
});
