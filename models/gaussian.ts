/** One multivariate Gaussian N(m, C) in double precision: functions of its covariance, and conditioning. */

import {
  cholesky,
  choleskySolve,
  type Eigen,
  forwardSolve,
  symmetricEigen,
} from '../src/core/symmetric-eigen.js';
import { axpy, dot } from '../src/core/vector.js';

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** A matrix as its rows. */
export type Rows = readonly ArrayLike<number>[];

export class Gaussian {
  readonly mean: Float64Array;
  /** A variance (times I), or the matrix, row after row. */
  readonly covariance: number | Float64Array;
  #eigen?: Eigen;

  constructor(mean: ArrayLike<number>, covariance: number | ArrayLike<number>) {
    this.mean = Float64Array.from(mean);
    this.covariance = typeof covariance === 'number' ? covariance : Float64Array.from(covariance);
  }

  get dimension(): number {
    return this.mean.length;
  }

  /** f(C)·v, for f given on the eigenvalues. */
  apply(f: (eigenvalue: number) => number, v: ArrayLike<number>): Float64Array {
    const { covariance, dimension: n } = this;
    const result = new Float64Array(n);
    if (typeof covariance === 'number') {
      const factor = f(covariance);
      for (let i = 0; i < n; i++) result[i] = factor * v[i];
      return result;
    }
    const { values, vectors } = this.#spectrum(covariance);
    for (let k = 0; k < n; k++) {
      const vector = vectors.subarray(k * n, (k + 1) * n);
      let along = 0;
      for (let i = 0; i < n; i++) along += vector[i] * v[i];
      along *= f(values[k]);
      for (let i = 0; i < n; i++) result[i] += along * vector[i];
    }
    return result;
  }

  /** The trace of f(C). */
  trace(f: (eigenvalue: number) => number): number {
    if (typeof this.covariance === 'number') return this.dimension * f(this.covariance);
    return this.#spectrum(this.covariance).values.reduce((sum, value) => sum + f(value), 0);
  }

  /** f(C) in the form of `covariance`. */
  map(f: (eigenvalue: number) => number): number | Float64Array {
    const { covariance, dimension: n } = this;
    if (typeof covariance === 'number') return f(covariance);
    const result = new Float64Array(n * n);
    const unit = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      unit[i] = 1;
      result.set(this.apply(f, unit), i * n);
      unit[i] = 0;
    }
    return result;
  }

  /** The covariance as a matrix, row after row. */
  matrix(): Float64Array {
    const { covariance, dimension: n } = this;
    if (typeof covariance !== 'number') return covariance;
    return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? covariance : 0));
  }

  /** log N(x; m, C + σ²I) */
  logDensity(x: ArrayLike<number>, sigma: number): number {
    const variance = sigma * sigma;
    const offset = this.#offset(x);
    const quadratic = dot(
      offset,
      this.apply((lambda) => 1 / (lambda + variance), offset),
    );
    const logDeterminant = this.trace((lambda) => Math.log(lambda + variance));
    return -0.5 * (quadratic + logDeterminant + this.dimension * LOG_TWO_PI);
  }

  /** E[x0 | x0 + σ n = x] = m + C (C + σ²I)⁻¹ (x − m) */
  denoise(x: ArrayLike<number>, sigma: number): Float64Array {
    const result = this.apply((lambda) => lambda / (lambda + sigma * sigma), this.#offset(x));
    axpy(1, this.mean, result);
    return result;
  }

  /**
   * What y = A x + σ n leaves: V = A C Aᵀ + σ²I, G = C Aᵀ V⁻¹, N(m + G(y − A m), C − G A C); and log N(y; A m, V).
   */
  observe(A: Rows, y: ArrayLike<number>, sigma: number): { posterior: Gaussian; logLikelihood: number } {
    const n = this.dimension;
    const m = A.length;
    // Row j is C a_j, with a_j the row j of A.
    const CA = A.map((row) => this.apply((lambda) => lambda, row));
    const V = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) V[i * m + j] = inner(A[i], CA[j]) + (i === j ? sigma * sigma : 0);
    }
    const lower = cholesky(V, m);
    const residual = Float64Array.from(y, (value, i) => value - inner(A[i], this.mean));
    const pull = choleskySolve(lower, residual);
    const mean = this.mean.map((value, i) => value + CA.reduce((sum, row, j) => sum + row[i] * pull[j], 0));

    // C − (C Aᵀ) V⁻¹ (A C), with L⁻¹ A C taken column by column so that what is subtracted is symmetric.
    const whitened = Array.from({ length: n }, (_, i) =>
      forwardSolve(
        lower,
        CA.map((row) => row[i]),
      ),
    );
    const covariance = this.matrix().map(
      (value, i) => value - dot(whitened[Math.floor(i / n)], whitened[i % n]),
    );

    const white = forwardSolve(lower, residual);
    let logLikelihood = -0.5 * (dot(white, white) + m * LOG_TWO_PI);
    for (let i = 0; i < m; i++) logLikelihood -= Math.log(lower[i * m + i]);
    return { posterior: new Gaussian(mean, covariance), logLikelihood };
  }

  /** x − m */
  #offset(x: ArrayLike<number>): Float64Array {
    const offset = new Float64Array(this.dimension);
    for (let i = 0; i < offset.length; i++) offset[i] = x[i] - this.mean[i];
    return offset;
  }

  #spectrum(covariance: Float64Array): Eigen {
    this.#eigen ??= symmetricEigen(covariance, this.dimension);
    return this.#eigen;
  }
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
