/**
 * A Gaussian latent diffusion with a linear decoder: z ~ N(m, diag v), x = Wz + c, E(x) = Mx + e. Every step is then
 * affine but for norms, and the posterior of the codes is a Gaussian.
 */
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import type { LatentPrior } from '../../../models/prior.js';
import type { Task } from '../../../solvers/solver.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { denseProblem, type Matrix, solveDense } from '../../exact/dense.js';

export const CODE_SHAPE = [2, 1, 1];
export const IMAGE_SHAPE = [3, 1, 1];

export const MEAN = [0.4, -0.7];
export const VARIANCES = [0.8, 0.3];

/** The decoder, and an encoder that is not its inverse. */
export const W: Matrix = [
  [0.5, 0.2],
  [-0.3, 0.6],
  [0.1, 0.4],
];
export const C = [0.1, 0.5, -0.2];
export const M: Matrix = [
  [1.1, -0.6, 0.3],
  [0.2, 0.9, 0.5],
];
export const E = [0.05, -0.1];

export const A: Matrix = [
  [1, 0.5, 0],
  [0, -0.4, 0.8],
];
export const SIGMA = 0.15;
export const Y = [0.6, -0.3];

export const times = (matrix: Matrix, x: ArrayLike<number>): number[] =>
  matrix.map((row) => row.reduce((sum, a, j) => sum + a * x[j], 0));
export const transposed = (matrix: Matrix): number[][] =>
  matrix[0].map((_, j) => matrix.map((row) => row[j]));
export const plus = (x: readonly number[], y: readonly number[], by = 1): number[] =>
  x.map((value, i) => value + by * y[i]);

const array = (values: readonly number[]): FloatArray =>
  floatArray(Float32Array.from(values), [values.length, 1, 1]);
const linear = (matrix: Matrix, offset: readonly number[]) => ({
  apply: async (x: FloatArray) => array(plus(times(matrix, x.data), offset)),
  linearize: async (x: FloatArray) => ({
    value: array(plus(times(matrix, x.data), offset)),
    pullback: (v: FloatArray) => array(times(transposed(matrix), v.data)),
    release() {},
  }),
});

export type LinearPrior = LatentPrior &
  Required<Pick<LatentPrior, 'encode' | 'linearizeEncode' | 'linearizeDecode'>>;

export const prior: LinearPrior = {
  kind: 'latent',
  name: 'linear codes',
  channels: 3,
  downsampling: 1,
  codes: mixturePrior(
    new GaussianMixture([{ weight: 1, mean: MEAN, covariance: [VARIANCES[0], 0, 0, VARIANCES[1]] }]),
    CODE_SHAPE,
    [0.02, 20],
  ),
  decode: linear(W, C).apply,
  linearizeDecode: linear(W, C).linearize,
  encode: linear(M, E).apply,
  linearizeEncode: linear(M, E).linearize,
  close: async () => {},
};

export const task: Task = {
  problem: denseProblem(A, SIGMA, IMAGE_SHAPE),
  measurement: floatArray(Float32Array.from(Y), [2]),
  prior,
};

export const decoded = (code: ArrayLike<number>): number[] => plus(times(W, code), C);
export const measured = (code: ArrayLike<number>): number[] => times(A, decoded(code));

/** What D(z, σ) − m multiplies z − m by, code by code. */
export const kept = (sigma: number): number[] => VARIANCES.map((v) => v / (v + sigma ** 2));
export const denoised = (code: ArrayLike<number>, sigma: number): number[] =>
  kept(sigma).map((k, i) => MEAN[i] + k * (code[i] - MEAN[i]));

/** The posterior of the codes, and the variances of the image that it makes. */
export function posterior(variances = VARIANCES): {
  mean: number[];
  covariance: number[][];
  imageVariance: number[];
} {
  const forward = A.map((row) => times(transposed(W), row));
  const precision = variances.map((v, i) =>
    variances.map(
      (_, j) => (i === j ? 1 / v : 0) + forward.reduce((sum, row) => sum + row[i] * row[j], 0) / SIGMA ** 2,
    ),
  );
  const residual = plus(Y, measured(MEAN), -1);
  const pull = times(transposed(forward), residual).map((value) => value / SIGMA ** 2);
  const covariance = transposed(
    variances.map((_, i) =>
      solveDense(
        precision,
        variances.map((__, j) => +(i === j)),
      ),
    ),
  );
  const mean = plus(MEAN, times(covariance, pull));
  const imageVariance = W.map((row) => row.reduce((sum, a, i) => sum + a * times(covariance, row)[i], 0));
  return { mean, covariance, imageVariance };
}
