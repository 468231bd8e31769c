/**
 * Operators that give less than they take, and whose AAᵀ is diagonal in a known basis of the measurement: with it
 * come, by Woodbury's formula, the normal solve (b − Aᵀ(AAᵀ + ρ)⁻¹Ab)/ρ, and where the image can be rotated
 * onto its rows (row-svd.ts) the singular value decomposition.
 */
import { type FloatArray, sizeOf } from '../../src/core/array.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { lazySvd } from './lazy-svd.js';
import { eachPlane, type ImageShape } from './planes.js';
import type { Precise, RowBasis } from './row-basis.js';
import { rowSvd } from './row-svd.js';

/** Eigenvalues of AAᵀ below this share of the largest are taken for zero. */
const RANK_TOLERANCE = 1e-8;

/**
 * The same for every channel.
 * @param plane A and Aᵀ on one channel. @param basis of a channel's measurement; where AAᵀ has none that is known the
 * operator does with apply and adjoint.
 */
export function fromRowSpace(
  inputShape: ImageShape,
  outputShape: ImageShape,
  plane: Precise,
  basis: RowBasis | undefined,
): LinearOperator {
  const { apply, adjoint } = plane;
  const basics = {
    inputShape,
    outputShape,
    apply: (x: FloatArray) => eachPlane(x, inputShape, outputShape, apply),
    adjoint: (y: FloatArray) => eachPlane(y, outputShape, inputShape, adjoint),
  };
  if (basis === undefined) return withLinearization(basics);
  // In its own basis AAᵀ takes ones to its eigenvalues.
  const ones = new Float64Array(sizeOf(outputShape.slice(1))).fill(1);
  const gram = basis.forward(apply(adjoint(basis.inverse(ones))));
  const largest = gram.reduce((sofar, value) => Math.max(sofar, value), 0);
  const eigenvalues = gram.map((value) => (value > RANK_TOLERANCE * largest ? value : 0));
  const filter = (y: Float64Array, gain: (eigenvalue: number) => number) => {
    const coefficients = basis.forward(y);
    for (let i = 0; i < coefficients.length; i++) coefficients[i] *= gain(eigenvalues[i]);
    return basis.inverse(coefficients);
  };
  return withLinearization({
    ...basics,
    norm: Math.sqrt(largest),
    normalSolve: (b, rho) =>
      eachPlane(b, inputShape, inputShape, (values) => {
        const seen = adjoint(filter(apply(values), (value) => 1 / (value + rho)));
        for (let i = 0; i < seen.length; i++) seen[i] = (values[i] - seen[i]) / rho;
        return seen;
      }),
    svd: lazySvd(() => rowSvd(inputShape, outputShape, plane, basis, eigenvalues)),
  });
}
