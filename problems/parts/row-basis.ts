/**
 * What is to be known of an operator that gives less than it takes to solve for it: see row-space.ts and row-svd.ts.
 */
import type { Vector } from '../../src/core/vector.js';

/** A and Aᵀ on one channel, in double precision: what solves for A subtracts numbers that nearly agree. */
export interface Precise {
  apply(x: Vector): Float64Array;
  adjoint(y: Vector): Float64Array;
}

/** Orthonormal vectors of one channel's measurements, in which AAᵀ is diagonal. */
export interface RowBasis {
  /** Coefficients of y. */
  forward(y: Float64Array): Float64Array;
  inverse(coefficients: Float64Array): Float64Array;
  /** As many values in the image, orthonormal, on which A is diagonal in the basis as well. */
  readonly embedding: Embedding;
}

/** Values of the channel, one for each of the measurement: after `mix`, which is its own inverse, those at `places`. */
export interface Embedding {
  readonly places: Int32Array;
  /** An orthogonal transform of the whole channel, in place; none when absent. */
  mix?(image: Float64Array): void;
}
