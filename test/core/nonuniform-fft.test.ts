import { describe, expect, it } from 'vitest';
import { NonuniformFft2d } from '../../src/core/nonuniform-fft.js';
import { keyedRandom } from '../../src/core/random.js';

const random = keyedRandom(7, 'nonuniform fft', 0);

describe('NonuniformFft2d', () => {
  const sizes = [
    [1, 1],
    [1, 6],
    [2, 3],
    [8, 8],
    [7, 19],
    [16, 12],
    [33, 20],
  ];

  it.each(sizes)('is the sum at each frequency, and its transpose, on %i×%i', (height, width) => {
    const draw = random('case', height, width);
    // Some on the grid of pixels, many between and beyond.
    const special = [
      [0, 0.5, -0.5, 1, 0.25],
      [0, 0, 0.5, -3, 0.25],
    ];
    const [u, v] = special.map((few) =>
      Float64Array.of(...few, ...Float64Array.from({ length: 12 }, () => 4 * draw.uniform() - 2)),
    );
    const x = Float64Array.from({ length: height * width }, () => draw.uniform() - 0.3);
    const values = Float64Array.from({ length: 2 * u.length }, () => draw.uniform() - 0.5);
    const sums = new Float64Array(values.length);
    const back = new Float64Array(x.length);
    for (let k = 0; k < u.length; k++) {
      for (let i = 0; i < x.length; i++) {
        const across = (i % width) - (width >> 1);
        const downwards = Math.floor(i / width) - (height >> 1);
        const angle = 2 * Math.PI * (u[k] * across + v[k] * downwards);
        sums[2 * k] += x[i] * Math.cos(angle);
        sums[2 * k + 1] -= x[i] * Math.sin(angle);
        back[i] += values[2 * k] * Math.cos(angle) - values[2 * k + 1] * Math.sin(angle);
      }
    }
    const transform = new NonuniformFft2d(height, width, u, v);
    const tolerance = 1e-12 * x.length;
    transform.apply(x).forEach((value, i) => {
      expect(Math.abs(value - sums[i])).toBeLessThan(tolerance);
    });
    transform.adjoint(values).forEach((value, i) => {
      expect(Math.abs(value - back[i])).toBeLessThan(1e-12 * values.length);
    });
  });
});
