import { describe, expect, it } from 'vitest';
import { denseOperator } from '../../src/bench/dense.js';
import {
  gaussianReference,
  mixtureBenchmark,
  mixtureReference,
  referenceTask,
} from '../../src/bench/reference.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const expectClose = (found: ArrayLike<number>, expected: readonly number[], digits: number) => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i], digits);
};

// Golden numbers of an independent implementation in NumPy.
describe('closed forms of the reference problems', () => {
  it('R0', () => {
    const { posterior, logEvidence } = gaussianReference;
    expectClose(posterior.mean(), [0.94255319, -0.45531915], 8);
    expectClose(posterior.covariance(), [0.28085106, -0.28510638, -0.28510638, 0.9106383], 8);
    expect(logEvidence).toBeCloseTo(-1.482316, 6);
  });

  it('R1', () => {
    const { posterior, logEvidence } = mixtureReference;
    expectClose(posterior.mean(), [0.716971, 0.228268], 6);
    expectClose(posterior.covariance(), [0.483458, -0.257009, -0.257009, 1.681959], 6);
    expectClose(
      posterior.components.map(({ weight }) => weight),
      [0.2034, 0.587629, 0.208971],
      6,
    );
    expect(logEvidence).toBeCloseTo(-3.856242, 6);
  });
});

describe('the same problem as solvers see it', () => {
  it.each([gaussianReference, mixtureReference, mixtureBenchmark(8, 2, 1)])('$name', (reference) => {
    const { measurement, problem, prior, logEvidenceOffset } = referenceTask(reference);
    const u = Float64Array.from({ length: reference.mixture.dimension }, (_, i) => Math.sin(3 * i + 1));
    const image = floatArray(
      Float32Array.from(u, (value) => (value + 1) / 2),
      problem.imageShape,
    );
    expectClose(problem.report(image).data, [...u], 6);

    // The misfit in standard deviations is that of the reference's own units.
    const clean = reference.A.map((row) => u.reduce((sum, value, j) => sum + row[j] * value, 0));
    const gaussian = clean.reduce(
      (sum, value, i) =>
        sum -
        ((reference.y[i] - value) / reference.sigma) ** 2 / 2 -
        Math.log(2 * Math.PI * reference.sigma ** 2) / 2,
      0,
    );
    const applied = problem.operator.apply(image);
    return Promise.all([applied, prior.denoise(image, 0.375)]).then(([seen, denoised]) => {
      const found = problem.noise.logLikelihood(seen, measurement);
      expect(Math.abs(found - logEvidenceOffset - gaussian)).toBeLessThan(1e-4 * Math.abs(gaussian) + 1e-4);
      expectClose(problem.report(denoised).data, [...reference.mixture.denoise(u, 0.75).value], 4);
    });
  });

  it('one benchmark instance has the singular values and the noise level that were drawn', () => {
    const { A, sigma } = mixtureBenchmark(8, 4, 3);
    const { values } = denseOperator(A, [1, 1, 8]).svd!;
    const drawn = keyedRandom(3, 'mixture benchmark', 0)('singular values');
    const expected = Array.from({ length: 4 }, () => drawn.uniform()).sort((a, b) => a - b);
    expectClose(Float32Array.from(values.slice(0, 4)).sort(), expected, 6);
    expect(sigma).toBeLessThan(expected[3]);
  });
});
