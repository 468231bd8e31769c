import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { probeJacobian } from '../../../solvers/parts/probed-jacobian.js';
import { floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const random = () => keyedRandom(0, 'slope', 0)('probe');

it('is the share of the noise that is left, whatever the signs, where the prior is alike in every pixel', async () => {
  const [v, sigma, shape] = [0.04, 0.1, [1, 1, 6]];
  const prior = mixturePrior(
    new GaussianMixture([{ weight: 1, mean: [0, 0, 0, 0, 0, 0], covariance: v }]),
    shape,
  );
  const x = floatArray(Float32Array.of(0.1, 0.4, 0.2, 0.9, 0.3, 0.5), shape);
  const { slope: found } = await probeJacobian(
    prior,
    x,
    await prior.denoise(x, sigma),
    sigma,
    random(),
    undefined,
  );
  expect(found).toBeCloseTo(v / (v + sigma ** 2), 4);
});

it.each([
  { answer: -1, taken: 1e-4 },
  { answer: 3, taken: 1 },
])('of a denoiser whose slope is $answer is $taken', async ({ answer, taken }) => {
  const shape = [1, 2, 2];
  const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, 0, 0, 0], covariance: 1 }]), shape);
  const steep = {
    ...prior,
    denoise: async (x: ReturnType<typeof zeros>) =>
      floatArray(
        x.data.map((value) => answer * value),
        shape,
      ),
  };
  const x = zeros(shape);
  expect((await probeJacobian(steep, x, x, 0.1, random(), undefined)).slope).toBe(taken);
});

it('tells the directions that are open from those that are not', async () => {
  // D keeps the mean of each pair of pixels and forgets their difference: half of the directions are open.
  const shape = [1, 1, 400];
  const [x, sigma] = [zeros(shape), 0.1];
  const pairs = (image: ReturnType<typeof zeros>) =>
    floatArray(
      image.data.map((value, i) => 0.8 * ((value + image.data[i % 2 === 0 ? i + 1 : i - 1]) / 2)),
      shape,
    );
  const prior = {
    ...mixturePrior(new GaussianMixture([{ weight: 1, mean: [0], covariance: 1 }]), [1, 1, 1]),
  };
  const denoise = async (image: ReturnType<typeof zeros>) => pairs(image);
  const { slope, steepest, image } = await probeJacobian(
    { ...prior, denoise },
    x,
    x,
    sigma,
    random(),
    undefined,
  );
  // Of one probe of 200 pairs, each 0 or 1: standard error 0.4/√200.
  expect(Math.abs(slope - 0.4)).toBeLessThan(0.1);
  expect(steepest).toBeCloseTo(0.8, 4);
  expect(image.data.every((value) => Math.min(Math.abs(value), Math.abs(Math.abs(value) - 0.8)) < 1e-4)).toBe(
    true,
  );
});
