import { expect, it } from 'vitest';
import { isLinear } from '../../../problems/operator.js';
import { drawGivenSpread } from '../../../solvers/parts/spread-draw.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { denseProblem } from '../../exact/dense.js';

it('draws from p(x | y): mean and covariance of two pixels of which the sum is measured', async () => {
  const [sigma, spread, mean, y] = [0.2, [0.3, 0.4], [0.1, -0.2], 0.5];
  const { operator } = denseProblem([[1, 1]], sigma, [1, 1, 2]);
  if (!isLinear(operator)) throw new Error('the operator is linear');
  // Kalman's gain: of one measured value.
  const innovation = spread[0] ** 2 + spread[1] ** 2 + sigma ** 2;
  const gain = spread.map((s) => s ** 2 / innovation);
  const expected = mean.map((m, i) => m + gain[i] * (y - mean[0] - mean[1]));
  const covariance = (i: number, j: number) =>
    (i === j ? spread[i] ** 2 : 0) - gain[i] * gain[j] * innovation;

  const count = 4000;
  const draws: number[][] = [];
  const known = {
    mean: floatArray(Float32Array.from(mean), [1, 1, 2]),
    spread: floatArray(Float32Array.from(spread), [1, 1, 2]),
    diagonal: Float32Array.of(1, 1),
  };
  const measurement = floatArray(Float32Array.of(y), [1]);
  for (let k = 0; k < count; k++) {
    const random = keyedRandom(0, 'spread', k)('draw');
    draws.push([...(await drawGivenSpread(operator, measurement, sigma ** 2, known, random)).data]);
  }
  const average = (f: (x: number[]) => number) => draws.reduce((sum, x) => sum + f(x), 0) / count;
  for (const i of [0, 1]) {
    const error = Math.sqrt(covariance(i, i) / count);
    expect(Math.abs(average((x) => x[i]) - expected[i])).toBeLessThan(4 * error);
  }
  for (const [i, j] of [
    [0, 0],
    [1, 1],
    [0, 1],
  ]) {
    const found = average((x) => (x[i] - expected[i]) * (x[j] - expected[j]));
    const error = Math.sqrt((covariance(i, i) * covariance(j, j) + covariance(i, j) ** 2) / count);
    expect(Math.abs(found - covariance(i, j))).toBeLessThan(4 * error);
  }
});
