import { expect, it } from 'vitest';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { identity } from '../../../problems/restoration/denoise.js';
import { gradient, gradientAdjoint } from '../../../solvers/parts/image-differences.js';
import { wienerFilter } from '../../../solvers/parts/wiener-filter.js';
import { filled } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const shape = [1, 6, 7];
const exact = { weight: 50, iterations: 500, tolerance: 1e-7 };
const turn = async () => {};

it('is where the gradient of its objective is 0', async () => {
  const y = keyedRandom(0, 'wiener', 0)('y').normals(shape);
  const weights = Float32Array.from({ length: 42 }, (_, i) => 0.5 + (i % 3) / 4);
  const x = await wienerFilter(diagonal(shape, weights), y, 0.01, exact, turn);
  const smooth = gradientAdjoint(gradient(x));
  for (let i = 0; i < 42; i++) {
    const misfit = (weights[i] * (weights[i] * x.data[i] - y.data[i])) / 0.01;
    expect(misfit + 50 * smooth.data[i]).toBeCloseTo(0, 2);
  }
});

it('leaves an even image alone, and lets others have their turn', async () => {
  let turns = 0;
  const { data } = await wienerFilter(identity(shape), filled(shape, 0.3), 0.01, exact, async () => {
    turns++;
  });
  for (const value of data) expect(value).toBeCloseTo(0.3, 5);
  expect(turns).toBeGreaterThan(0);
});
