/** Denoising: the measurement is the image itself, and noise. */
import { z } from 'zod';
import { floatArray, mapArray, type Shape, sizeOf } from '../../src/core/array.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { lazySvd } from '../parts/lazy-svd.js';
import { reshaped } from '../parts/planes.js';

/** A = I, on arrays of any shape. */
export function identity(shape: Shape): LinearOperator {
  const copy = (x: { data: Float32Array }) => floatArray(x.data.slice(), shape);
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    identity: true,
    pixelwise: true,
    undo: { invert: copy },
    apply: copy,
    adjoint: copy,
    normalSolve: (b, rho) => mapArray(b, (value) => value / (1 + rho)),
    svd: lazySvd(() => ({
      values: new Float32Array(sizeOf(shape)).fill(1),
      toSpectrum: (x) => reshaped(x, [sizeOf(shape)]),
      fromSpectrum: (u) => reshaped(u, shape),
      measurementToSpectrum: (y) => reshaped(y, [sizeOf(shape)]),
    })),
    norm: 1,
    rowScale: 1,
  });
}

export const denoise: OperatorFamily = {
  name: 'denoise',
  summary: 'nothing but noise: the measurement is the noisy image',
  options: z.strictObject({}),
  imageShape: (shape) => shape,
  create: (shape) => identity(shape),
};
