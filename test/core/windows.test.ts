import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guidedFilter, leastAround, meanAround, type Plane } from '../../src/core/windows.js';

const planes = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([height, width]) =>
    fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), {
        minLength: height * width,
        maxLength: height * width,
      })
      .map((values): Plane => ({ data: Float32Array.from(values), height, width })),
  );

/** The values of the square around a pixel. */
function around({ data, height, width }: Plane, i: number, radius: number): number[] {
  const [row, column] = [Math.floor(i / width), i % width];
  return [...data].filter(
    (_, k) =>
      Math.abs(Math.floor(k / width) - row) <= radius &&
      Math.abs((k % width) - column) <= radius &&
      k < height * width,
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function expectClose(found: Float32Array, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

describe('squares around pixels', () => {
  it('give the least value and the mean of what is inside', () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 0, max: 10 }), (plane, radius) => {
        const pixels = [...plane.data.keys()];
        expectClose(
          leastAround(plane, radius),
          pixels.map((i) => Math.min(...around(plane, i, radius))),
        );
        // Means of means are those of the square, for what is inside is a rectangle.
        expectClose(
          meanAround(plane, radius),
          pixels.map((i) => mean(around(plane, i, radius))),
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('guidedFilter', () => {
  it('is a line in the guide within each square, averaged: He, Sun and Tang, eq. 5, 6 and 8', () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 1, max: 3 }), (guide, radius) => {
        const input = guide.data.map((value, i) => Math.sin(i) + 0.3 * value);
        const lines = [...guide.data.keys()].map((i) => {
          const [I, p] = [around(guide, i, radius), around({ ...guide, data: input }, i, radius)];
          const covariance = mean(I.map((value, k) => value * p[k])) - mean(I) * mean(p);
          const a = covariance / (mean(I.map((value) => value * value)) - mean(I) ** 2 + 0.01);
          return { a, b: mean(p) - a * mean(I) };
        });
        const averaged = (pick: (line: (typeof lines)[number]) => number, i: number) =>
          mean(around({ ...guide, data: Float32Array.from(lines, pick) }, i, radius));
        expectClose(
          guidedFilter(guide, input, radius, 0.01),
          [...guide.data].map((value, i) => averaged(({ a }) => a, i) * value + averaged(({ b }) => b, i)),
        );
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it('keeps an edge that the guide has, and takes away one that it has not', () => {
    const [height, width] = [20, 20];
    const step = Float32Array.from({ length: height * width }, (_, i) => (i % width < 10 ? 0 : 1));
    const even = new Float32Array(height * width);
    const across = (data: Float32Array) => data[10 * width + 10] - data[10 * width + 9];
    expect(across(guidedFilter({ data: step, height, width }, step, 4, 1e-3))).toBeGreaterThan(0.95);
    expect(across(guidedFilter({ data: even, height, width }, step, 4, 1e-3))).toBeLessThan(0.15);
  });
});
