/**
 * Blur of a scene that goes on beyond the picture, nobody knows how (Almeida & Figueiredo, "Deconvolving images with
 * unknown boundaries using the alternating direction method of multipliers", 2013): the scene is larger than the
 * picture by the kernel, and the picture is the part of its blur that no border touches.
 */
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { conjugateGradients } from '../../src/core/conjugate-gradients.js';
import type { Awaitable } from '../../src/core/linearization.js';
import { axpy } from '../../src/core/vector.js';
import { crop } from '../algebra/crop.js';
import { type LinearOperator, type Window, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { powerBeyond } from './power-beyond.js';

/** Of the values beyond the picture, relative; what is left of them lies below float32's rounding of the image. */
const TOLERANCE = 1e-5;

/**
 * The window of a periodic blur C of the scene. Where the window leaves a kernel's extent less one, no measured pixel
 * sees around the period, so the period stands for no assumption. Channels are blurred and solved for one by one.
 * @param periodic makes C, with a normal solve, such as `circularConvolution`, of planes of the shape that it is given.
 */
export function seenThrough(
  shape: ImageShape,
  kernel: Pick<Kernel, 'height' | 'width'>,
  periodic: (shape: ImageShape) => LinearOperator,
  window: Window,
): LinearOperator {
  const [channels, rows, columns] = shape;
  const blur = periodic([1, rows, columns]);
  const seen = crop(shape, window);
  const places = placesBeyond(rows, columns, window);
  const power = powerBeyond(places, [rows, columns], kernel, periodic, window);
  /** The values beyond the window, and the plane that has these and is zero within. */
  const gather = ({ data }: FloatArray) => {
    const out = new Float32Array(places.length);
    for (let k = 0; k < out.length; k++) out[k] = data[places[k]];
    return floatArray(out, [out.length]);
  };
  const spread = ({ data }: FloatArray) => {
    const out = zeros([1, rows, columns]);
    for (let k = 0; k < places.length; k++) out.data[places[k]] = data[k];
    return out;
  };

  /**
   * (CᵀMC + ρ)⁻¹b, M the window. With G = (CᵀC + ρ)⁻¹, which is a filter, it is G(b + Cᵀu), where u lives beyond the
   * window and solves U(1 − CGCᵀ)u = U C G b there (Sherman, Morrison and Woodbury). 1 − CGCᵀ = ρ(CCᵀ + ρ)⁻¹ is a
   * filter too; its inverse, cut to U, is the preconditioner. Only what lies beyond is kept of u and its like.
   */
  const solvePlane = async (b: FloatArray, rho: number): Promise<FloatArray> => {
    const wanted = gather(await blur.apply(await blur.normalSolve!(b, rho)));
    const u = await conjugateGradients(
      async (v) => mapArray(gather(await blur.normalSolve!(spread(v), rho)), (value) => rho * value),
      wanted,
      {
        tolerance: TOLERANCE,
        precondition: async (v) => {
          const sum = await power(v);
          return mapArray(v, (value, k) => value + sum.data[k] / rho);
        },
      },
    );
    const sum = await blur.adjoint(spread(u));
    axpy(1, b.data, sum.data);
    return blur.normalSolve!(sum, rho);
  };

  const eachPlane = async (x: FloatArray, act: (plane: FloatArray) => Awaitable<FloatArray>) => {
    requireShape(x, shape);
    const out = zeros(shape);
    const pixels = rows * columns;
    for (let start = 0; start < channels * pixels; start += pixels) {
      const plane = floatArray(x.data.subarray(start, start + pixels), [1, rows, columns]);
      out.data.set((await act(plane)).data, start);
    }
    return out;
  };
  return withLinearization({
    inputShape: shape,
    outputShape: seen.outputShape,
    frame: window,
    apply: async (x) => seen.apply(await eachPlane(x, (plane) => blur.apply(plane))),
    adjoint: async (y) => eachPlane(await seen.adjoint(y), (plane) => blur.adjoint(plane)),
    normalSolve: (b, rho) => eachPlane(b, (plane) => solvePlane(plane, rho)),
    // Of the whole blur, of which this is a part: an upper bound.
    norm: blur.norm,
  });
}

/** Where in a plane what lies beyond the window is. */
function placesBeyond(rows: number, columns: number, { top, left, height, width }: Window): Int32Array {
  const places = new Int32Array(rows * columns - height * width);
  let k = 0;
  for (let row = 0; row < rows; row++) {
    const crossed = row >= top && row < top + height;
    for (let x = 0; x < columns; x++) {
      if (crossed && x === left) x += width;
      if (x < columns) places[k++] = row * columns + x;
    }
  }
  return places;
}
