import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { denoisingSlope } from '../../../solvers/parts/denoising-slope.js';
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
  const found = await denoisingSlope(prior, x, await prior.denoise(x, sigma), sigma, random(), undefined);
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
  expect(await denoisingSlope(steep, x, x, 0.1, random(), undefined)).toBe(taken);
});
