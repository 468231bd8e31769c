/**
 * Blur of a scene that goes on beyond the picture, nobody knows how (Almeida & Figueiredo, "Deconvolving images with
 * unknown boundaries using the alternating direction method of multipliers", 2013): the scene is larger than the
 * picture by the kernel, and the picture is the part of its blur that no border touches.
 */
import { type FloatArray, floatArray, mapArray, type Shape, zeros } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
import { axpy } from '../../src/core/vector.js';
import { crop } from '../algebra/crop.js';
import { type LinearOperator, type Window, withLinearization } from '../operator.js';

/** Of the values beyond the picture, relative; what is left of them lies below float32's rounding of the image. */
const TOLERANCE = 1e-5;

/**
 * The window of a periodic blur C of the scene. Where the window leaves a kernel's extent less one, no measured pixel
 * sees around the period, so the period stands for no assumption.
 * @param blur with a normal solve, such as `circularConvolution`.
 */
export function seenThrough(blur: LinearOperator, window: Window): LinearOperator {
  const { inputShape, norm } = blur;
  const seen = crop(inputShape, window);
  const places = placesBeyond(inputShape, window);
  /** The values beyond the window, and the image that has these and is zero within. */
  const gather = ({ data }: FloatArray) => {
    const out = new Float32Array(places.length);
    for (let k = 0; k < out.length; k++) out[k] = data[places[k]];
    return floatArray(out, [out.length]);
  };
  const spread = ({ data }: FloatArray) => {
    const out = zeros(inputShape);
    for (let k = 0; k < places.length; k++) out.data[places[k]] = data[k];
    return out;
  };

  /**
   * (CᵀMC + ρ)⁻¹b, M the window. With G = (CᵀC + ρ)⁻¹, which is a filter, it is G(b + Cᵀu), where u lives beyond the
   * window and solves U(1 − CGCᵀ)u = U C G b there (Sherman, Morrison and Woodbury). 1 − CGCᵀ = ρ(CCᵀ + ρ)⁻¹ is a
   * filter too; its inverse, cut to U, is the preconditioner. Only what lies beyond is kept of u and its like.
   */
  const normalSolve = async (b: FloatArray, rho: number): Promise<FloatArray> => {
    const wanted = gather(await blur.apply(await blur.normalSolve!(b, rho)));
    const u = await conjugateGradients(
      async (v) => mapArray(gather(await blur.normalSolve!(spread(v), rho)), (value) => rho * value),
      wanted,
      {
        tolerance: TOLERANCE,
        precondition: async (v) => {
          const power = gather(await blur.apply(await blur.adjoint(spread(v))));
          return mapArray(v, (value, k) => value + power.data[k] / rho);
        },
      },
    );
    const sum = await blur.adjoint(spread(u));
    axpy(1, b.data, sum.data);
    return blur.normalSolve!(sum, rho);
  };

  return withLinearization({
    inputShape,
    outputShape: seen.outputShape,
    frame: window,
    apply: async (x) => seen.apply(await blur.apply(x)),
    adjoint: async (y) => blur.adjoint(await seen.adjoint(y)),
    normalSolve,
    // Of the whole blur, of which this is a part: an upper bound.
    norm,
  });
}

/** Where in the image what lies beyond the window is. */
function placesBeyond([channels, rows, columns]: Shape, { top, left, height, width }: Window): Int32Array {
  const places = new Int32Array(channels * (rows * columns - height * width));
  let k = 0;
  for (let line = 0; line < channels * rows; line++) {
    const row = line % rows;
    const crossed = row >= top && row < top + height;
    for (let x = 0; x < columns; x++) {
      if (crossed && x === left) x += width;
      if (x < columns) places[k++] = line * columns + x;
    }
  }
  return places;
}
