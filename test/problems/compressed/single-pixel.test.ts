import { describe, expect, it } from 'vitest';
import { agreesWithFixtures } from '../fixture-cases.js';
import { matrixOf, operatorOf } from '../sound.js';

agreesWithFixtures('single-pixel', 2);

const signChanges = (values: ArrayLike<number>) =>
  Array.from(values).filter((value, i) => i > 0 && value * values[i - 1] < 0).length;

describe('single-pixel', () => {
  it('shows Walsh patterns from coarse to fine', async () => {
    const rows = await matrixOf(operatorOf('single-pixel:fraction=1', [1, 4, 8]));
    expect(rows).toHaveLength(32);
    const places = rows.map((row) => {
      for (const value of row) expect(Math.abs(value)).toBeCloseTo(1 / Math.sqrt(32), 6);
      const across = signChanges(row.subarray(0, 8));
      const down = signChanges([row[0], row[8], row[16], row[24]]);
      for (const [i, value] of row.entries()) {
        expect(Math.sign(value)).toBe(Math.sign(row[i % 8] * row[i - (i % 8)] * row[0]));
      }
      expect(row[0]).toBeGreaterThan(0);
      return [down, across];
    });
    expect(places.slice(0, 10)).toEqual([
      ...[
        [0, 0],
        [1, 0],
        [0, 1],
        [2, 0],
        [1, 1],
        [0, 2],
      ],
      ...[
        [3, 0],
        [2, 1],
        [1, 2],
        [0, 3],
      ],
    ]);
    expect(new Set(places.map(String)).size).toBe(32);
  });

  it('refuses sizes that have no Walsh functions', () => {
    expect(() => operatorOf('single-pixel:fraction=0.5', [1, 8, 12])).toThrow(
      'single-pixel needs images whose height and width are powers of 2, but the image is 8×12',
    );
  });
});
