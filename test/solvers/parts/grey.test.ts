import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { greyCopies, greyDenoise } from '../../../solvers/parts/grey.js';
import { floatArray } from '../../../src/core/array.js';

const grey = floatArray(Float32Array.of(0.2, 0.9), [1, 1, 2]);

it('a colour image of a grey one is three copies', () => {
  expect([...greyCopies(grey).data]).toEqual([0.2, 0.9, 0.2, 0.9, 0.2, 0.9].map(Math.fround));
});

it('denoises as the Gaussian of the mean of three channels does, whose noise is that of one', async () => {
  // Channels are one variable s ~ N(½, 0.04): three copies of s + σn are one measurement of it.
  const covariance = Float64Array.from({ length: 36 }, (_, i) =>
    i % 2 === Math.floor(i / 6) % 2 ? 0.04 : 0,
  );
  const mixture = new GaussianMixture([{ weight: 1, mean: new Float64Array(6).fill(0.5), covariance }]);
  const prior = mixturePrior(mixture, [3, 1, 2]);
  const { data, shape } = await greyDenoise(prior, grey, 0.1);
  expect(shape).toEqual([1, 1, 2]);
  for (const [i, value] of [0.2, 0.9].entries()) {
    expect(data[i]).toBeCloseTo(0.5 + (0.04 / (0.04 + 0.01)) * (value - 0.5), 5);
  }
});
