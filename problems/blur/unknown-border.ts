/**
 * Blur of a scene that goes on beyond the picture, nobody knows how (Almeida & Figueiredo, "Deconvolving images with
 * unknown boundaries using the alternating direction method of multipliers", 2013): the scene is larger than the
 * picture by the kernel, and the picture is the part of its blur that no border touches.
 */
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
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
  const { data: inside } = seen.adjoint(
    floatArray(new Float32Array(seen.outputShape.reduce((a, b) => a * b)).fill(1), seen.outputShape),
  ) as FloatArray;
  const beyond = (x: FloatArray) => mapArray(x, (value, i) => (inside[i] === 0 ? value : 0));

  /**
   * (CᵀMC + ρ)⁻¹b, M the window. With G = (CᵀC + ρ)⁻¹, which is a filter, it is G(b + Cᵀu), where u lives beyond the
   * window and solves U(1 − CGCᵀ)u = U C G b there (Sherman, Morrison and Woodbury). 1 − CGCᵀ = ρ(CCᵀ + ρ)⁻¹ is a
   * filter too; its inverse, cut to U, is the preconditioner.
   */
  const normalSolve = async (b: FloatArray, rho: number): Promise<FloatArray> => {
    const wanted = beyond(await blur.apply(await blur.normalSolve!(b, rho)));
    const u = await conjugateGradients(
      async (v) => beyond(mapArray(await blur.normalSolve!(v, rho), (value) => rho * value)),
      wanted,
      {
        tolerance: TOLERANCE,
        precondition: async (v) => {
          const power = await blur.apply(await blur.adjoint(v));
          return beyond(mapArray(v, (value, i) => value + power.data[i] / rho));
        },
      },
    );
    const back = await blur.adjoint(u);
    return blur.normalSolve!(
      mapArray(b, (value, i) => value + back.data[i]),
      rho,
    );
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
