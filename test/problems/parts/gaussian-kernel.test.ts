import { expect, it } from 'vitest';
import { gaussianHalf, separable } from '../../../problems/parts/gaussian-kernel.js';

it('falls as exp(−j²/2σ²) from the middle, and sums to 1 over both sides', () => {
  const half = gaussianHalf(1.7, 5);
  expect(half.length).toBe(6);
  for (const [j, weight] of half.entries()) {
    expect(weight / half[0]).toBeCloseTo(Math.exp(-(j ** 2) / (2 * 1.7 ** 2)), 12);
  }
  expect(half[0] + 2 * half.slice(1).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
});

it('of radius 0 is a point', () => {
  expect([...gaussianHalf(3, 0)]).toEqual([1]);
});

it('becomes a square: the product of its row and its column', () => {
  const { height, width, data } = separable(Float64Array.of(0.5, 0.25));
  expect([height, width]).toEqual([3, 3]);
  expect([...data]).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1].map((value) => value / 16));
});
