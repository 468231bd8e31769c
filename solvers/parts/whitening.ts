/** Noise that makes white what a draw given data (data-draw.ts) left of another colour. */
import type { LinearOperator } from '../../problems/operator.js';
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { axpy } from '../../src/core/vector.js';
import { noised } from './ancestral.js';
import { explaining } from './data-step.js';

/** The linear operator of a measurement and the variance of its noise. */
interface Measured {
  readonly problem: { readonly operator: LinearOperator };
  readonly noiseVariance: number;
}

/**
 * A draw from p(x | y, z) ∝ p(y | x) N(x; z, r²I) has the covariance C = (I/r² + AᵀA/σ²)⁻¹, which is at most r²I. Noise
 * of share·(r²I − C) is added in place, so that the same share of both is white:
 *
 *   r²I − C = K(r²AAᵀ + σ²)Kᵀ,  K = (AᵀA + σ²/r²)⁻¹Aᵀ
 *
 * @param variance r².
 */
export async function addComplement(
  { problem: { operator }, noiseVariance }: Measured,
  x: FloatArray,
  variance: number,
  share: number,
  random: Random,
): Promise<void> {
  const seen = await operator.apply(noised(zeros(x.shape), Math.sqrt(share * variance), random));
  const measured = noised(seen, Math.sqrt(share * noiseVariance), random);
  axpy(1, (await explaining(operator, measured, noiseVariance / variance)).data, x.data);
}
