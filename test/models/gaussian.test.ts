import { describe, expect, it } from 'vitest';
import { Gaussian } from '../../models/gaussian.js';

/** Covariance [[2, 1], [1, 2]]: eigenvalues 3 and 1 along (1, 1) and (1, −1). */
const gaussian = new Gaussian([1, -1], [2, 1, 1, 2]);
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 10));

describe('functions of the covariance', () => {
  it('act on its eigenvectors', () => {
    expect([...gaussian.apply((value) => value ** 2, [1, 1])]).toEqual(close([9, 9]));
    expect([...gaussian.apply(Math.sqrt, [1, -1])]).toEqual(close([1, -1]));
    expect(gaussian.trace(Math.log)).toBeCloseTo(Math.log(3), 10);
    expect([...(gaussian.map((value) => 1 / value) as Float64Array)]).toEqual(
      close([2 / 3, -1 / 3, -1 / 3, 2 / 3]),
    );
  });

  it('of a variance are a number times the identity', () => {
    const round = new Gaussian([0, 0], 4);
    expect([...round.apply(Math.sqrt, [1, 3])]).toEqual([2, 6]);
    expect([round.trace((value) => value), round.map((value) => 1 / value)]).toEqual([8, 0.25]);
    expect([...round.matrix()]).toEqual([4, 0, 0, 4]);
  });
});

describe('density and denoiser', () => {
  it('are those of N(m, C + σ²I)', () => {
    // At σ = 1 the covariance is [[3, 1], [1, 3]] of determinant 8; one along (1, 1) from the mean costs 2/4.
    const logDensity = -0.5 * (2 / 4 + Math.log(8)) - Math.log(2 * Math.PI);
    expect(gaussian.logDensity([2, 0], 1)).toBeCloseTo(logDensity, 10);
    expect([...gaussian.denoise([2, 0], 1)]).toEqual(close([1 + 3 / 4, -1 + 3 / 4]));
  });

  it('the denoiser follows the gradient of the density (Tweedie)', () => {
    const [x, sigma, step] = [[0.3, 0.7], 0.8, 1e-5];
    const denoised = gaussian.denoise(x, sigma);
    for (const axis of [0, 1]) {
      const at = (change: number) =>
        gaussian.logDensity(
          x.map((value, i) => value + (i === axis ? change : 0)),
          sigma,
        );
      const slope = (at(step) - at(-step)) / (2 * step);
      expect(denoised[axis]).toBeCloseTo(x[axis] + sigma ** 2 * slope, 6);
    }
  });
});

it('what is left after a measurement, in one dimension by hand', () => {
  // x ~ N(1, 4), y = 2x + n, n ~ N(0, 1): precision 1/4 + 4, mean (1/4 + 2y)/(17/4); y ~ N(2, 17).
  const { posterior, logLikelihood } = new Gaussian([1], 4).observe([[2]], [3], 1);
  expect([...posterior.mean, ...posterior.matrix()]).toEqual(close([(0.25 + 6) / 4.25, 1 / 4.25]));
  expect(logLikelihood).toBeCloseTo(-0.5 * (1 / 17 + Math.log(17 * 2 * Math.PI)), 10);
});
