import { expect, it } from 'vitest';
import { poissonNoise } from '../../../problems/noises/poisson.js';
import { poissonGaussianNoise } from '../../../problems/noises/poisson-gaussian.js';
import { problemOf } from '../../../problems/problem.js';
import { identity } from '../../../problems/restoration/denoise.js';
import { whitened } from '../../../problems/whitened.js';
import { mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const shape = [1, 96, 96];
// Dark on the left: 8 photons, bright on the right: 40.
const clean = mapArray(zeros(shape), (_, i) => (i % 96 < 48 ? 8 : 40) / 50);

it.each([
  ['poisson', poissonNoise(1 / 50)],
  ['poisson-gaussian', poissonGaussianNoise(1 / 50, 0.05)],
])('%s has the standard deviation of its photons and of the read-out', async (_, noise) => {
  const levels = noise.photonLevels!(clean);
  const sigma = noise.name === 'poisson' ? 0 : 0.05;
  expect(levels[0]).toBeCloseTo(Math.sqrt(8 / 2500 + sigma ** 2), 6);
  expect(levels[95]).toBeCloseTo(Math.sqrt(40 / 2500 + sigma ** 2), 6);
  const y = noise.sample(clean, keyedRandom(1, 'photons', 0)('y'));
  const model = problemOf(identity(shape), noise);
  expect(whitened(model, y).problem).toBe(model);
  const white = whitened(model, y, true);
  // As strong in the dark as in the light, to 4608 values' standard error of 3 % and what levels of y add.
  const { data } = await white.problem.operator.apply(clean);
  const halves = [0, 0];
  white.measurement.data.forEach((value, i) => {
    if (i % 96 < 44 || i % 96 >= 52) halves[i % 96 < 48 ? 0 : 1] += (value - data[i]) ** 2;
  });
  expect(Math.abs(halves[0] / halves[1] - 1)).toBeLessThan(0.12);
});

it('does not take it for certain where no photon was counted', () => {
  const levels = poissonNoise(0.1).photonLevels!(zeros([1, 1, 1]));
  expect(levels[0]).toBeCloseTo(Math.sqrt(0.1 * 0.05), 6);
});
