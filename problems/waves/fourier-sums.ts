/**
 * The Fourier transform of a picture at any frequencies:
 *
 *     V(u, v) = Σ x[j, i] exp(−2πi (u·(i − ⌊W/2⌋) + v·(j − ⌊H/2⌋))/max(H, W)) / (HW)
 *
 * u and v are cycles per longer side of the picture, V(0, 0) is its mean.
 */
import { type FloatArray, floatArray, type Shape } from '../../src/core/array.js';
import { NonuniformFft2d } from '../../src/core/nonuniform-fft.js';
import type { Vector } from '../../src/core/vector.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { requireShape } from '../parts/planes.js';

export interface Frequencies {
  /** Cycles per longer side, along rows. */
  readonly u: Float64Array;
  /** Cycles per longer side, down columns. */
  readonly v: Float64Array;
}

/**
 * [1, H, W] → `outputShape`, its last axis [real, imaginary].
 * @param outputShape has room for twice as many values as there are frequencies.
 */
export function fourierSums(
  height: number,
  width: number,
  frequencies: Frequencies,
  outputShape: Shape,
): LinearOperator {
  const inputShape = [1, height, width];
  const { apply, adjoint } = preciseFourierSums(height, width, frequencies);
  return withLinearization({
    inputShape,
    outputShape,
    field: 'complex',
    apply(x: FloatArray) {
      requireShape(x, inputShape);
      return floatArray(new Float32Array(apply(x.data)), outputShape);
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      return floatArray(new Float32Array(adjoint(y.data)), inputShape);
    },
    // That of Frobenius, a bound.
    norm: Math.sqrt(frequencies.u.length / (height * width)),
  });
}

/** In double precision, on flat arrays; measured values are pairs [real, imaginary]. */
interface PreciseSums {
  apply(x: Vector): Float64Array;
  adjoint(values: Vector): Float64Array;
}

/** The same as `fourierSums`, for what goes on from the sums. */
export function preciseFourierSums(height: number, width: number, { u, v }: Frequencies): PreciseSums {
  const side = Math.max(height, width);
  const perPixel = (frequencies: Float64Array) => frequencies.map((value) => value / side);
  const transform = new NonuniformFft2d(height, width, perPixel(u), perPixel(v));
  const mean = (value: number) => value / (height * width);
  return {
    apply: (x) => transform.apply(x).map(mean),
    adjoint: (values) => transform.adjoint(values).map(mean),
  };
}
