import { describe, expect, it } from 'vitest';
import { agreesWithFixtures } from '../fixture-cases.js';
import { linearOperatorOf, matrixOf } from '../sound.js';

agreesWithFixtures('gaussian-blur', 12);

describe('gaussian-blur', () => {
  it('spreads a point by its sigma: mass 1, variance σ² along each axis', async () => {
    const size = 21;
    const rows = await matrixOf(linearOperatorOf('gaussian-blur:sigma=1.5,border=circular', [1, size, size]));
    const middle = rows[10 * size + 10];
    let [mass, down, across] = [0, 0, 0];
    for (const [i, weight] of middle.entries()) {
      mass += weight;
      down += weight * (Math.floor(i / size) - 10) ** 2;
      across += weight * ((i % size) - 10) ** 2;
    }
    expect(mass).toBeCloseTo(1, 5);
    expect(down).toBeCloseTo(across, 5);
    // Cut off at 3σ, it is a little narrower than the Gaussian.
    expect(down / 1.5 ** 2).toBeGreaterThan(0.97);
    expect(down / 1.5 ** 2).toBeLessThan(1);
  });

  it('is symmetric, summed directly or by cosines', async () => {
    // From 17 pixels of radius on, sums give way to transforms.
    for (const sigma of [1, 6]) {
      const rows = await matrixOf(linearOperatorOf(`gaussian-blur:sigma=${sigma},border=reflect`, [1, 4, 5]));
      for (const [i, row] of rows.entries()) {
        for (const [j, value] of row.entries()) expect(value).toBeCloseTo(rows[j][i], 6);
      }
    }
  });
});
