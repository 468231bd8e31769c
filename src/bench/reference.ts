/**
 * Problems whose prior is a mixture of Gaussians, so that their posterior and evidence have closed forms. They are
 * written in units u in which data have variance 1 about 0, as the literature has them; solvers see x = (u + 1)/2,
 * which is how images in [0, 1] relate to those in [-1, 1], and what is reported is u again.
 */
import type { Rows } from '../../models/gaussian.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, floatArray, mapArray } from '../core/array.js';
import { keyedRandom } from '../core/random.js';
import { symmetricEigen } from '../core/symmetric-eigen.js';
import { dot } from '../core/vector.js';
import { denseOperator } from './dense.js';

/** y = A u + σ n, u from the mixture. */
export interface Reference {
  readonly name: string;
  readonly mixture: GaussianMixture;
  readonly A: Rows;
  readonly y: ArrayLike<number>;
  readonly sigma: number;
  readonly posterior: GaussianMixture;
  /** log p(y), nats. */
  readonly logEvidence: number;
}

/** What `restore` takes: the same problem for x = (u + 1)/2, reported as u. */
interface ReferenceTask {
  readonly measurement: FloatArray;
  readonly problem: Problem;
  readonly prior: DiffusionPrior;
  /** What log p of the solvers' measurement exceeds that of the reference's y by: densities scale with the units. */
  readonly logEvidenceOffset: number;
}

function reference(
  name: string,
  mixture: GaussianMixture,
  A: Rows,
  y: ArrayLike<number>,
  sigma: number,
): Reference {
  return { name, mixture, A, y, sigma, ...mixture.observe(A, y, sigma) };
}

const PLANE = { A: [[1, 0.5]], y: [0.8], sigma: 0.5 };

/** R0: one Gaussian in the plane. */
export const gaussianReference = reference(
  'R0',
  new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]),
  PLANE.A,
  PLANE.y,
  PLANE.sigma,
);

/** R1: three Gaussians in the plane, whose posterior keeps three modes. */
export const mixtureReference = reference(
  'R1',
  new GaussianMixture([
    { weight: 0.5, mean: [-2, 0], covariance: [0.5, 0.2, 0.2, 0.3] },
    { weight: 0.3, mean: [2, 1.5], covariance: [0.4, 0, 0, 0.6] },
    { weight: 0.2, mean: [0, -2], covariance: [0.3, -0.1, -0.1, 0.2] },
  ]),
  PLANE.A,
  PLANE.y,
  PLANE.sigma,
);

/**
 * The benchmark of MCGDiff (Cardoso et al., ICLR 2024; arXiv 2308.07983, §5): 25 Gaussians of unit covariance on a
 * grid in the plane, repeated along `dimension` coordinates, with random weights; `measurements` random combinations
 * with singular values and noise level drawn from U(0, 1).
 * @param dimension even.
 */
export function mixtureBenchmark(dimension: number, measurements: number, seed: number): Reference {
  const random = keyedRandom(seed, 'mixture benchmark', 0);
  const weights = random('weights').normals([25]).data;
  const mixture = new GaussianMixture(
    Array.from(weights, (weight, k) => ({
      weight: weight ** 2,
      mean: Float64Array.from({ length: dimension }, (_, i) =>
        i % 2 === 0 ? -8 * (Math.floor(k / 5) - 2) : -8 * ((k % 5) - 2),
      ),
      covariance: 1,
    })),
  );
  const draw = random('singular values');
  const singular = Array.from({ length: measurements }, () => draw.uniform()).sort((a, b) => b - a);
  const normals = random('operator');
  const raw = singular.map(() => Float64Array.from({ length: dimension }, () => normals.normal()));
  const A = withSingularValues(raw, singular);
  const sigma = random('noise level').uniform() * singular[0];
  const truth = mixture.sample(random('truth'));
  const noise = random('noise');
  const y = A.map((row) => dot(row, truth) + sigma * noise.normal());
  return reference(`mixture d=${dimension} m=${measurements}`, mixture, A, y, sigma);
}

/** The matrix with its singular vectors and other singular values. */
function withSingularValues(rows: readonly Float64Array[], singular: readonly number[]): Float64Array[] {
  const m = rows.length;
  const gram = Float64Array.from({ length: m * m }, (_, k) => dot(rows[Math.floor(k / m)], rows[k % m]));
  const { values, vectors } = symmetricEigen(gram, m);
  return rows.map((_, i) => {
    const result = new Float64Array(rows[0].length);
    for (let k = 0; k < m; k++) {
      for (let j = 0; j < m; j++) {
        const factor = (vectors[k * m + i] * vectors[k * m + j] * singular[k]) / Math.sqrt(values[k]);
        rows[j].forEach((value, column) => {
          result[column] += factor * value;
        });
      }
    }
    return result;
  });
}

/** @param sigmaRange noise levels that the solvers may use, in units of x; they stop at their own `sigmaMax`. */
export function referenceTask(
  { mixture, A, y, sigma }: Reference,
  sigmaRange: readonly [number, number] = [0.005, 1000],
): ReferenceTask {
  const shape = [1, 1, mixture.dimension];
  const scaled = new GaussianMixture(
    mixture.components.map(({ weight, mean, covariance }) => ({
      weight,
      mean: Float64Array.from(mean, (value) => (value + 1) / 2),
      covariance:
        typeof covariance === 'number' ? covariance / 4 : Float64Array.from(covariance, (value) => value / 4),
    })),
  );
  const operator = denseOperator(A, shape);
  const shifted = A.map((row, i) => (y[i] + Array.from(row).reduce((sum, value) => sum + value, 0)) / 2);
  const measurement = floatArray(Float32Array.from(shifted), [A.length]);
  return {
    measurement,
    problem: {
      spec: { operators: [] },
      name: 'reference',
      operator,
      noise: gaussianNoise(sigma / 2),
      imageShape: shape,
      measurementShape: operator.outputShape,
      report: (x) => mapArray(x, (value) => 2 * value - 1),
    },
    prior: mixturePrior(scaled, shape, sigmaRange),
    logEvidenceOffset: A.length * Math.LN2,
  };
}
