/** Closed forms against golden numbers computed independently (NumPy, double precision; R0 and R1 of the notes). */
import { describe, expect, test } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const R0 = new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]);
const R1 = new GaussianMixture([
  { weight: 0.5, mean: [-2, 0], covariance: [0.5, 0.2, 0.2, 0.3] },
  { weight: 0.3, mean: [2, 1.5], covariance: [0.4, 0, 0, 0.6] },
  { weight: 0.2, mean: [0, -2], covariance: [0.3, -0.1, -0.1, 0.2] },
]);
const A = [[1, 0.5]];
const y = [0.8];
const sigmaY = 0.5;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(tolerance);
}

describe('the posterior of a linear measurement', () => {
  test('of one Gaussian', () => {
    const { posterior, logEvidence } = R0.observe(A, y, sigmaY);
    expectClose(posterior.mean(), [0.94255319, -0.45531915], 5e-9);
    expectClose(posterior.covariance(), [0.28085106, -0.28510638, -0.28510638, 0.9106383], 5e-9);
    expectClose([logEvidence], [-1.482316], 5e-7);
  });

  test('of three Gaussians', () => {
    const { posterior, logEvidence } = R1.observe(A, y, sigmaY);
    const { components } = posterior;
    expectClose(
      components.map(({ weight }) => weight),
      [0.2034, 0.587629, 0.208971],
      5e-7,
    );
    expectClose(components[0].mean, [-0.360976, 0.956098], 5e-7);
    expectClose(components[1].mean, [1.025, 0.76875], 5e-7);
    expectClose(components[2].mean, [0.9, -2], 5e-7);
    expectClose(posterior.mean(), [0.716971, 0.228268], 5e-7);
    expectClose(posterior.covariance(), [0.483458, -0.257009, -0.257009, 1.681959], 5e-7);
    expectClose([logEvidence], [-3.856242], 5e-7);
  });

  test('of two measurements is that of one after the other', () => {
    const both = R1.observe([A[0], [-0.3, 1.2]], [0.8, -0.4], sigmaY);
    const first = R1.observe(A, y, sigmaY);
    const second = first.posterior.observe([[-0.3, 1.2]], [-0.4], sigmaY);
    expectClose(second.posterior.mean(), both.posterior.mean(), 1e-14);
    expectClose(second.posterior.covariance(), both.posterior.covariance(), 1e-14);
    expectClose([first.logEvidence + second.logEvidence], [both.logEvidence], 1e-13);
  });
});

/** x_t = (.3, −.7) at a = .8, s = .6 of a variance-preserving schedule. */
describe('the view from a noisy point', () => {
  const x = [0.375, -0.875];
  const sigma = 0.75;

  test('density, denoiser, Jacobian and covariance', () => {
    // p_t(x_t) = p(x)/a² in two dimensions.
    expectClose([R1.logDensity(x, sigma) - 2 * Math.log(0.8)], [-3.5838492834], 5e-11);
    const { value, pullback } = R1.denoise(x, sigma);
    expectClose(value, [-0.02333686, -1.42780166], 5e-9);
    // ∂D/∂x_t = (∂D/∂x)/a
    expectClose(pullback([1 / 0.8, 0]), [0.95279469, -0.199397], 5e-9);
    expectClose(pullback([0, 1 / 0.8]), [-0.199397, 1.44803079], 5e-9);
    const given = R1.given(x, sigma);
    expectClose(
      given.components.map(({ weight }) => weight),
      [0.11662141, 0.05694224, 0.82643635],
      5e-9,
    );
    expectClose(given.mean(), value, 1e-14);
    expectClose(given.covariance(), [0.42875761, -0.08972865, -0.08972865, 0.65161386], 5e-9);
  });

  test('the exact posterior denoiser', () => {
    const { posterior, logEvidence } = R1.given(x, sigma).observe(A, y, sigmaY);
    expectClose(posterior.mean(), [0.76613019, -0.68319712], 5e-9);
    const covariance = posterior.covariance();
    expectClose([covariance[0], covariance[1], covariance[3]], [0.24797991, -0.00714483, 1.03677126], 5e-9);
    expectClose([logEvidence], [-3.0915273518], 5e-11);
  });

  test('an observation of everything is a noisy view', () => {
    const identity = [
      [1, 0],
      [0, 1],
    ];
    const { posterior, logEvidence } = R1.observe(identity, x, sigma);
    const given = R1.given(x, sigma);
    expectClose(posterior.mean(), given.mean(), 1e-14);
    expectClose(posterior.covariance(), given.covariance(), 1e-14);
    expectClose([logEvidence], [R1.logDensity(x, sigma)], 1e-13);
  });
});

test('a variance stands for that multiple of the identity, in many dimensions', () => {
  const n = 7;
  const mean = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
  const matrix = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 0.3 : 0));
  const both = (covariance: number | Float64Array) =>
    new GaussianMixture([
      { weight: 1, mean, covariance },
      { weight: 2, mean: mean.map((value) => -value), covariance: 0.5 },
    ]);
  const x = Float64Array.from({ length: n }, (_, i) => Math.cos(2 * i));
  const [short, long] = [both(0.3), both(matrix)].map((mixture) => ({
    ...mixture.denoise(x, 0.4),
    density: mixture.logDensity(x, 0.4),
    posterior: mixture.observe([x], [0.2], 0.1).posterior,
  }));
  expectClose(short.value, long.value, 1e-14);
  expectClose(short.pullback(mean), long.pullback(mean), 1e-14);
  expectClose([short.density], [long.density], 1e-13);
  expectClose(short.posterior.covariance(), long.posterior.covariance(), 1e-14);
});

test('samples have the mean and covariance of the mixture', () => {
  const random = keyedRandom(1, 'mixture', 0)('sample');
  const count = 40_000;
  const sum = [0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [a, b] = R1.sample(random);
    sum[0] += a;
    sum[1] += b;
    squares[0] += a * a;
    squares[1] += a * b;
    squares[2] += b * b;
  }
  const mean = sum.map((value) => value / count);
  const [va, cab, , vb] = R1.covariance();
  // Four standard errors of a mean.
  expect(Math.abs(mean[0] - R1.mean()[0])).toBeLessThan(4 * Math.sqrt(va / count));
  expect(Math.abs(mean[1] - R1.mean()[1])).toBeLessThan(4 * Math.sqrt(vb / count));
  expectClose(
    [
      squares[0] / count - mean[0] ** 2,
      squares[1] / count - mean[0] * mean[1],
      squares[2] / count - mean[1] ** 2,
    ],
    [va, cab, vb],
    0.06,
  );
});

test('a component too far away to count is no obstacle', () => {
  const far = new GaussianMixture([
    { weight: 1, mean: [0], covariance: 1 },
    { weight: 1, mean: [1e4], covariance: 1 },
  ]);
  expectClose(far.given([0], 1).mean(), [0], 0);
  expectClose(far.observe([[1]], [0], 1).posterior.mean(), [0], 0);
});

test('as a prior: arrays of its shape, the derivative of its own denoiser', async () => {
  const prior = mixturePrior(R1, [1, 2, 1]);
  const at = (a: number, b: number) => floatArray(Float32Array.of(a, b), [1, 2, 1]);
  const linearization = await prior.linearize!(at(0.375, -0.875), 0.75);
  expect(linearization.value.shape).toEqual([1, 2, 1]);
  expectClose(linearization.value.data, [-0.02333686, -1.42780166], 1e-7);
  const h = 1e-3;
  const up = await prior.denoise(at(0.375 + h, -0.875), 0.75);
  const down = await prior.denoise(at(0.375 - h, -0.875), 0.75);
  const gradient = await linearization.pullback(at(1, 0));
  expect((up.data[0] - down.data[0]) / (2 * h)).toBeCloseTo(gradient.data[0], 3);
  expect((up.data[1] - down.data[1]) / (2 * h)).toBeCloseTo(gradient.data[1], 3);
  await expect(prior.denoise(floatArray(new Float32Array(2), [1, 1, 2]), 1)).rejects.toThrow('1×2×1');
});

test('refuses what does not fit', () => {
  expect(() => new GaussianMixture([])).toThrow('positive weight');
  expect(() => new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: [1, 0, 0] }])).toThrow('2×2');
  expect(() => new GaussianMixture([{ weight: -1, mean: [0], covariance: 1 }])).toThrow('weight from 0');
  expect(() => mixturePrior(R1, [3, 1, 1])).toThrow('3×1×1');
});
