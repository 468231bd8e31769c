/**
 * Gaussian mixtures: priors whose denoiser, and whose posterior under a linear measurement with Gaussian noise, have
 * closed forms. Solvers are measured against them. Everything is computed in double precision.
 */
import { requireExtents } from '../src/core/arguments.js';
import {
  type FloatArray,
  floatArray,
  formatShape,
  type Shape,
  sameShape,
  sizeOf,
} from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import type { Linearization } from '../src/core/linearization.js';
import type { Random } from '../src/core/random.js';
import { axpy, dot } from '../src/core/vector.js';
import { Gaussian, type Rows } from './gaussian.js';
import type { DiffusionPrior } from './prior.js';

/** One Gaussian of a mixture; weights need not sum to one. */
export interface GaussianComponent {
  readonly weight: number;
  readonly mean: ArrayLike<number>;
  /** A variance (times I), or a matrix, row after row. */
  readonly covariance: number | ArrayLike<number>;
}

/**
 * Σ_k w_k N(m_k, C_k).
 * @example
 * ```ts
 * import { GaussianMixture } from 'retrodict';
 *
 * const mixture = new GaussianMixture([
 *   { weight: 0.5, mean: [0.3], covariance: 0.01 },
 *   { weight: 0.5, mean: [0.7], covariance: 0.02 },
 * ]);
 * console.log(mixture.dimension, mixture.mean());
 * ```
 */
export class GaussianMixture {
  readonly #weights: readonly number[];
  readonly #parts: readonly Gaussian[];

  /** @throws RangeError where no weight is positive or one is negative, or sizes do not fit each other. */
  constructor(components: readonly GaussianComponent[]) {
    if (!Array.isArray(components) || !components.every((part) => Object(part).mean?.length > 0)) {
      throw new UsageError('the components are no list, expected [{ weight, mean, covariance }]');
    }
    const n = components[0]?.mean.length ?? 0;
    for (const { weight, mean, covariance } of components) {
      const fits = mean.length === n && (typeof covariance === 'number' || covariance.length === n * n);
      if (!fits || !(weight >= 0)) {
        throw new RangeError(
          `Each component needs a weight from 0, ${n} means, and 1 or ${n}×${n} covariances.`,
        );
      }
    }
    const total = components.reduce((sum, { weight }) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError('A mixture needs a component of positive weight.');
    this.#weights = components.map(({ weight }) => weight / total);
    this.#parts = components.map(({ mean, covariance }) => new Gaussian(mean, covariance));
  }

  get dimension(): number {
    return this.#parts[0].dimension;
  }

  get components(): readonly GaussianComponent[] {
    return this.#parts.map(({ mean, covariance }, k) => ({ weight: this.#weights[k], mean, covariance }));
  }

  /** Σ_k w_k m_k */
  mean(): Float64Array {
    return weightedSum(
      this.#weights,
      this.#parts.map((part) => part.mean),
    );
  }

  /** The covariance of the whole, row after row. */
  covariance(): Float64Array {
    const n = this.dimension;
    const mean = this.mean();
    const moments = this.#parts.map((part) => {
      const offset = part.mean.map((value, i) => value - mean[i]);
      return part.matrix().map((value, i) => value + offset[Math.floor(i / n)] * offset[i % n]);
    });
    return weightedSum(this.#weights, moments);
  }

  /** One draw. */
  sample(random: Random): Float64Array {
    let left = random.uniform();
    const chosen = this.#weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    const part = this.#parts.at(chosen)!;
    const normals = Float64Array.from({ length: this.dimension }, () => random.normal());
    // A covariance that an exact observation made singular may have eigenvalues just below zero.
    const offset = part.apply((lambda) => Math.sqrt(Math.max(0, lambda)), normals);
    return part.mean.map((value, i) => value + offset[i]);
  }

  /** log p(x) of x = x0 + σ n, in nats; σ = 0 gives the mixture's own density. */
  logDensity(x: ArrayLike<number>, sigma: number): number {
    return logSum(this.#logWeights(x, sigma));
  }

  /** D(x, σ) = E[x0 | x0 + σ n = x], and v ↦ (∂D/∂x)ᵀv = Cov[x0 | x] v / σ², which is symmetric. */
  denoise(
    x: ArrayLike<number>,
    sigma: number,
  ): {
    value: Float64Array;
    /** J(x)ᵀv */
    pullback: (v: ArrayLike<number>) => Float64Array;
  } {
    const responsibilities = normalised(this.#logWeights(x, sigma));
    const means = this.#parts.map((part) => part.denoise(x, sigma));
    const value = weightedSum(responsibilities, means);
    const offsets = means.map((mean) => {
      axpy(-1, value, mean);
      return mean;
    });
    const variance = sigma * sigma;
    const pullback = (v: ArrayLike<number>) => {
      const along = Float64Array.from(v);
      const terms = this.#parts.map((part, k) => {
        const within = part.apply((lambda) => lambda / (lambda + variance), v);
        axpy(dot(offsets[k], along) / variance, offsets[k], within);
        return within;
      });
      return weightedSum(responsibilities, terms);
    };
    return { value, pullback };
  }

  /** p(x0 | x0 + σ n = x), again a mixture. */
  given(x: ArrayLike<number>, sigma: number): GaussianMixture {
    const responsibilities = normalised(this.#logWeights(x, sigma));
    const variance = sigma * sigma;
    return new GaussianMixture(
      this.#parts.map((part, k) => ({
        weight: responsibilities[k],
        mean: part.denoise(x, sigma),
        covariance: part.map((lambda) => (lambda * variance) / (lambda + variance)),
      })),
    );
  }

  /**
   * p(x | y) for y = A x + σ n, again a mixture, and log p(y) in nats. With A the rows of a matrix.
   * Of `mixture.given(x, σ_t)` it is p(x0 | x_t, y), whose mean is the exact posterior denoiser.
   */
  observe(A: Rows, y: ArrayLike<number>, sigma: number): { posterior: GaussianMixture; logEvidence: number } {
    const parts = this.#parts.map((part) => part.observe(A, y, sigma));
    const logWeights = parts.map(({ logLikelihood }, k) => Math.log(this.#weights[k]) + logLikelihood);
    const weights = normalised(logWeights);
    const posterior = new GaussianMixture(
      parts.map((part, k) => ({
        weight: weights[k],
        mean: part.posterior.mean,
        covariance: part.posterior.covariance,
      })),
    );
    return { posterior, logEvidence: logSum(logWeights) };
  }

  #logWeights(x: ArrayLike<number>, sigma: number): number[] {
    return this.#parts.map((part, k) => Math.log(this.#weights[k]) + part.logDensity(x, sigma));
  }
}

/**
 * A Gaussian mixture as a prior of images of one shape [C, H, W], of C·H·W values as the mixture has.
 * @param sigmaRange the noise levels that solvers may use; the prior itself is exact at all.
 * @example
 * ```ts
 * import { GaussianMixture, mixturePrior, zeros } from 'retrodict';
 *
 * const mixture = new GaussianMixture([{ weight: 1, mean: [0.5, 0.5], covariance: 0.04 }]);
 * const prior = mixturePrior(mixture, [1, 1, 2]);
 * console.log((await prior.denoise(zeros([1, 1, 2]), 0.1)).data);
 * ```
 */
export function mixturePrior(
  mixture: GaussianMixture,
  shape: Shape = [1, 1, Object(mixture).dimension],
  sigmaRange: readonly [number, number] = [0.002, 80],
): DiffusionPrior {
  if (!(mixture instanceof GaussianMixture)) {
    throw new UsageError('the mixture is none, expected new GaussianMixture([{ weight, mean, covariance }])');
  }
  requireExtents(shape);
  if (shape.length !== 3 || sizeOf(shape) !== mixture.dimension) {
    throw new RangeError(
      `A mixture of ${mixture.dimension} dimensions is no prior of shape ${formatShape(shape)}.`,
    );
  }
  const view = (x: FloatArray, sigma: number) => {
    if (!sameShape(x.shape, shape)) {
      throw new Error(`This mixture takes arrays of ${formatShape(shape)}, not ${formatShape(x.shape)}.`);
    }
    if (!(sigma > 0)) throw new RangeError(`A noise level is above zero, not ${sigma}.`);
    return mixture.denoise(x.data, sigma);
  };
  const image = (values: Float64Array) => floatArray(Float32Array.from(values), shape);
  return {
    kind: 'diffusion',
    name: 'gaussian-mixture',
    channels: shape[0],
    sigmaRange,
    sizeMultiple: 1,
    async denoise(x, sigma) {
      return image(view(x, sigma).value);
    },
    async linearize(x, sigma): Promise<Linearization> {
      const { value, pullback } = view(x, sigma);
      return { value: image(value), pullback: (v) => image(pullback(v.data)), release() {} };
    },
    async close() {},
  };
}

function weightedSum(weights: readonly number[], vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, k) => {
    axpy(weights[k], vector, sum);
  });
  return sum;
}

/** log Σ exp */
function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

function normalised(logs: readonly number[]): number[] {
  const total = logSum(logs);
  return logs.map((value) => Math.exp(value - total));
}
