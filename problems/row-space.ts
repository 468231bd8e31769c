/**
 * Operators that give less than they take, and whose AAᵀ is diagonal in a known basis of the measurement: with it come
 * the pseudo-inverse Aᵀ(AAᵀ)† and, by Woodbury's formula, the normal solve (b − Aᵀ(AAᵀ + ρ)⁻¹Ab)/ρ.
 */
import { type FloatArray, floatArray, mapArray } from '../src/core/array.js';
import type { Vector } from '../src/core/vector.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, requireShape } from './planes.js';

/** Eigenvalues of AAᵀ below this share of the largest are taken for zero by the pseudo-inverse. */
const RANK_TOLERANCE = 1e-8;

/** A and Aᵀ on whole arrays, in double precision: the formulas above subtract numbers that nearly agree. */
export interface Precise {
  apply(x: Vector): Float64Array;
  adjoint(y: Vector): Float64Array;
}

export interface RowGram {
  /** The eigenvalues of AAᵀ. */
  readonly values: Float64Array;
  /** Multiplies the part of y in each eigenvector by `gain` of its eigenvalue. */
  filter(y: Float64Array, gain: (eigenvalue: number) => number): Float64Array;
}

/** @param gram where AAᵀ has no known basis the operator does with apply and adjoint. */
export function fromRowSpace(
  inputShape: ImageShape,
  outputShape: ImageShape,
  { apply, adjoint }: Precise,
  gram: RowGram | undefined,
): LinearOperator {
  const wrap = (values: Float64Array, shape: ImageShape) => floatArray(new Float32Array(values), shape);
  const basics = {
    inputShape,
    outputShape,
    apply: (x: FloatArray) => {
      requireShape(x, inputShape);
      return wrap(apply(x.data), outputShape);
    },
    adjoint: (y: FloatArray) => {
      requireShape(y, outputShape);
      return wrap(adjoint(y.data), inputShape);
    },
  };
  if (gram === undefined) return withLinearization(basics);
  const largest = gram.values.reduce((sofar, value) => Math.max(sofar, value), 0);
  return withLinearization({
    ...basics,
    norm: Math.sqrt(largest),
    pseudoInverse(y) {
      const invert = (value: number) => (value > RANK_TOLERANCE * largest ? 1 / value : 0);
      return wrap(adjoint(gram.filter(new Float64Array(y.data), invert)), inputShape);
    },
    normalSolve(b, rho) {
      const seen = adjoint(gram.filter(apply(b.data), (value) => 1 / (value + rho)));
      return mapArray(b, (value, i) => (value - seen[i]) / rho);
    },
  });
}
