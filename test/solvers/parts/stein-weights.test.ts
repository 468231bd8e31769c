import { describe, expect, it } from 'vitest';
import { bestWeights, steinWeights, withChanges } from '../../../solvers/parts/stein-weights.js';
import { mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const SHAPE = [3, 64, 72];
const normals = (name: string) => keyedRandom(0, 'stein', 0)(name).normals(SHAPE);

describe('bestWeights', () => {
  const value = (g: number[], p: number[], [a, b]: readonly [number, number]) =>
    g[0] * a * a + 2 * g[1] * a * b + g[2] * b * b - 2 * (p[0] * a + p[1] * b);

  it('is the least over the triangle, as a fine grid finds it', () => {
    const source = keyedRandom(0, 'weights', 0)('draws');
    for (let k = 0; k < 200; k++) {
      const [u, v, w] = [source.normal(), source.normal(), source.normal()];
      const products = [u * u + 0.1, u * v, v * v + w * w + 0.1];
      const pulls = [source.normal(), source.normal()];
      const found = bestWeights(products, pulls);
      expect(Math.min(found[0], found[1], 1 - found[0] - found[1])).toBeGreaterThanOrEqual(-1e-12);
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i <= 50; i++) {
        for (let j = 0; j <= 50 - i; j++) least = Math.min(least, value(products, pulls, [i / 50, j / 50]));
      }
      expect(value(products, pulls, found)).toBeLessThanOrEqual(least + 1e-9);
    }
  });

  it('follows none that changes nothing', () => {
    expect(bestWeights([0, 0, 0], [0, 0])).toEqual([0, 0]);
  });
});

describe('steinWeights', () => {
  it('finds the weight of Wiener for a denoiser that gives nothing back', () => {
    // y = x + n with variances 1 and 1/3, D(y) = 0: the best share of y to take away is that of the noise, 1/4.
    const [clean, noise] = [normals('clean'), normals('noise')];
    const y = mapArray(clean, (value, i) => value + noise.data[i] / Math.sqrt(3));
    const probe = mapArray(normals('probe'), (value) => value / Math.sqrt(3));
    const none = mapArray(y, () => 0);
    const gone = mapArray(y, (value) => -value);
    const trial = { probe, changes: [none, gone] as const, responses: [probe, none] as const };
    for (const [kept, lost] of steinWeights([trial], 1)) {
      expect(kept).toBe(0);
      expect(Math.abs(lost - 0.25)).toBeLessThan(0.03);
    }
  });
});

describe('withChanges', () => {
  it('adds what the weights say, and all of it where they are one', () => {
    const [y, first, second] = [normals('y'), normals('first'), normals('second')];
    const alike = withChanges(
      y,
      [first, second],
      [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
    );
    for (let i = 0; i < y.data.length; i++) expect(alike.data[i]).toBeCloseTo(y.data[i] + first.data[i], 4);
    // Of a constant all is in the lowest octave.
    const constant = mapArray(y, () => 1);
    const coarse = withChanges(
      y,
      [constant, second],
      [
        [1, 0],
        [1, 0],
        [0.25, 0],
      ],
    );
    for (let i = 0; i < y.data.length; i++) expect(coarse.data[i]).toBeCloseTo(y.data[i] + 0.25, 4);
  });
});
