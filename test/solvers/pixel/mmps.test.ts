/** Moment matching, which is exact for Gaussian priors whatever the noise of each measured value. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import type { NoiseModel } from '../../../problems/noise.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { isLinear } from '../../../problems/operator.js';
import { matchMoments, mmps } from '../../../solvers/pixel/mmps.js';
import { floatArray, mapArray } from '../../../src/core/array.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { denseProblem, solveDense } from '../../exact/dense.js';
import {
  coordinatesTask,
  expectLevels,
  lawsOf,
  levelsOf,
  posteriorOf,
  seenAndUnseen as seen,
} from '../coordinates.js';
import { counts, endless, expectRanges, needsOf, positive } from '../declared.js';

const SHAPE = [1, 1, 3];
const MEAN = [0.5, -0.2, 0.1];
const COVARIANCE = [1, 0.6, 0.2, 0.6, 2, -0.3, 0.2, -0.3, 0.5];
const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: MEAN, covariance: COVARIANCE }]), SHAPE);
const A = [
  [1, 0.5, 0],
  [0, -1, 2],
];
const { operator } = denseProblem(A, 1, SHAPE);
const y = floatArray(Float32Array.of(0.8, -1), [2]);
const x = floatArray(Float32Array.of(0.3, 1.2, -0.4), SHAPE);

/** E[x0 | x, y]: precision C⁻¹ + I/σ² + AᵀV⁻¹A, by the equations of its blocks. */
function exact(sigma: number, variances: readonly number[]): number[] {
  const inverse = [0, 1, 2].map((k) =>
    solveDense(
      [0, 1, 2].map((i) => COVARIANCE.slice(3 * i, 3 * i + 3)),
      [0, 1, 2].map((i) => (i === k ? 1 : 0)),
    ),
  );
  const precision = inverse.map((row, i) =>
    row.map((value, j) => {
      const seen = A.reduce((sum, a, k) => sum + (a[i] * a[j]) / variances[k], 0);
      return value + seen + (i === j ? 1 / sigma ** 2 : 0);
    }),
  );
  const right = MEAN.map((_, i) => {
    const fromPrior = inverse[i].reduce((sum, value, j) => sum + value * MEAN[j], 0);
    const fromData = A.reduce((sum, a, k) => sum + (a[i] * y.data[k]) / variances[k], 0);
    return fromPrior + x.data[i] / sigma ** 2 + fromData;
  });
  return solveDense(precision, right);
}

async function matched(noise: Pick<NoiseModel, 'variance'>, sigma: number, iterations: number) {
  if (!isLinear(operator)) throw new Error('a dense operator is linear');
  const guide = matchMoments(operator, { variance: noise.variance! }, y, iterations);
  return guide(await prior.linearize!(x, sigma), sigma);
}

describe('matchMoments', () => {
  it.each([0.1, 0.7, 3])('is the posterior mean with noise of equal variance, σ = %d', async (sigma) => {
    const found = await matched(gaussianNoise(0.5), sigma, 2);
    exact(sigma, [0.25, 0.25]).forEach((value, i) => {
      expect(found.data[i]).toBeCloseTo(value, 4);
    });
  });

  it.each([0.1, 0.7, 3])(
    'is the posterior mean with a variance of its own for each value, σ = %d',
    async (sigma) => {
      const noise = { ...gaussianNoise(1), variance: () => Float32Array.of(0.04, 0.9) };
      const found = await matched(noise, sigma, 2);
      exact(sigma, [0.04, 0.9]).forEach((value, i) => {
        expect(found.data[i]).toBeCloseTo(value, 4);
      });
    },
  );

  it('takes the variance at what the denoised image would measure', async () => {
    const asked: number[][] = [];
    const noise = {
      ...gaussianNoise(1),
      variance: (clean: typeof y) => {
        asked.push([...clean.data]);
        return mapArray(clean, () => 0.3).data;
      },
    };
    const found = await matched(noise, 0.7, 2);
    const { data } = await prior.denoise(x, 0.7);
    expect(asked[0][0]).toBeCloseTo(data[0] + 0.5 * data[1], 5);
    expect(asked[0][1]).toBeCloseTo(2 * data[2] - data[1], 5);
    expect(found.data[0]).toBeCloseTo(exact(0.7, [0.3, 0.3])[0], 4);
  });
});

it('solves for a network whose Jacobian is not symmetric, also preconditioned', async () => {
  if (!isLinear(operator)) throw new Error('a dense operator is linear');
  const [sigma, variance] = [0.7, 0.04];
  const jacobian = [
    [0.6, 0.5, 0],
    [-0.4, 0.7, 0.3],
    [0.1, -0.6, 0.4],
  ];
  const transposed = (v: ArrayLike<number>) =>
    [0, 1, 2].map((j) => jacobian.reduce((sum, row, i) => sum + row[j] * v[i], 0));
  const back = (v: ArrayLike<number>) => [0, 1, 2].map((j) => A[0][j] * v[0] + A[1][j] * v[1]);
  const value = floatArray(Float32Array.of(0.2, 0.4, 0.6), SHAPE);
  const denoiser = {
    value,
    pullback: async ({ data }: typeof x) => floatArray(Float32Array.from(transposed(data)), SHAPE),
    release() {},
  };
  const columns = [0, 1].map((k) => transposed(back([0, 1].map((i) => (i === k ? 1 : 0)))));
  const matrix = A.map((row, i) =>
    columns.map((column, k) => {
      const seen = row.reduce((sum, a, j) => sum + a * column[j], 0);
      return (i === k ? variance : 0) + sigma ** 2 * seen;
    }),
  );
  const residual = A.map((row, i) => y.data[i] - row.reduce((sum, a, j) => sum + a * value.data[j], 0));
  const moved = transposed(back(solveDense(matrix, residual)));
  const guide = matchMoments(operator, { variance: () => variance }, y, 2);
  const uneven = (u: typeof y) => mapArray(u, (each, i) => (i === 0 ? 3 : 0.5) * each);
  for (const precondition of [undefined, uneven]) {
    const found = await guide(denoiser, sigma, precondition);
    moved.forEach((move, j) => {
      expect(found.data[j]).toBeCloseTo(value.data[j] + sigma ** 2 * move, 4);
    });
  }
});

describe('MMPS', () => {
  it('draws from the posterior of a Gaussian prior, in twenty steps to within 3 %', async () => {
    const fine = { ...seen, range: [0.02, 10] as const };
    const found = await lawsOf(mmps, coordinatesTask(fine), { steps: 20, spacing: 'geometric' });
    found.forEach(({ mean, variance }, i) => {
      const exact = posteriorOf(fine, i);
      expect(Math.abs(mean - exact.mean) / Math.sqrt(exact.variance), `mean of coordinate ${i}`).toBeLessThan(
        0.02,
      );
      expect(Math.abs(Math.sqrt(variance / exact.variance) - 1), `sd of coordinate ${i}`).toBeLessThan(0.03);
    });
  });

  it('goes down to half of the noise, where the prior knows it, and asks twice at each level', async () => {
    const quiet = { ...seen, sigma: 0.004, range: [0.0015, 2] as const };
    const levels = await levelsOf(mmps, quiet, { steps: 4, sigmaMax: 1, spacing: 'geometric' });
    const expected = geometricSigmas(4, 0.002, 1);
    expectLevels(
      levels,
      [0, 0, 1, 1, 2, 2, 3, 3].map((i) => expected[i]),
    );
  });

  it('takes what its options say, and linear operators with noise of a known variance', () => {
    expectRanges(mmps, {
      estimateSteps: { takes: [0, 1, 10_000], refuses: [-1, 1.5] },
      estimateNoise: { takes: [0, 1], refuses: [-0.1, 1.1] },
      steps: counts(10_000),
      iterations: endless,
      sigmaMax: positive(),
    });
    expect(needsOf(mmps, coordinatesTask(seen))).toEqual(['prior', 'gradient', 'linear', 'variance']);
    expect(mmps.samplesPosterior).toBe(true);
  });
});
