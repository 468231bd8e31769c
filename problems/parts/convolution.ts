/**
 * Blur with periodic borders: y[i] = Σⱼ kernel[j]·x[i − j] on every channel, the kernel's middle at j = 0. Diagonal
 * in the Fourier basis: adjoint, normal solve and SVD are exact and cost one filter each.
 */
import { sizeOf } from '../../src/core/array.js';
import { RealFft2d } from '../../src/core/fft2d.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { lazySvd } from './lazy-svd.js';
import { planeSpectra } from './plane-spectra.js';
import { type ImageShape, imageShape, repeatPlane, reshaped } from './planes.js';
import {
  allMagnitudes,
  amplify,
  type Kernel,
  multiply,
  multiplyConjugate,
  requireKernel,
  transferFunction,
} from './transfer.js';

/**
 * The convolution of every channel with a kernel, the image going on as its own copy beyond its borders.
 * @example
 * ```ts
 * import { circularConvolution } from 'retrodict/problem';
 *
 * // The mean of three pixels in a row.
 * const kernel = { data: Float32Array.of(1 / 3, 1 / 3, 1 / 3), height: 1, width: 3 };
 * export const streak = circularConvolution([3, 16, 16], kernel);
 * ```
 */
export function circularConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [channels, height, width] = imageShape(shape, 'a convolution');
  requireKernel(kernel);
  const fft = new RealFft2d(height, width);
  const { filter, hartley } = planeSpectra(shape, fft);
  const transfer = transferFunction(fft, kernel);
  const powerAt = (i: number) => transfer.re[i] * transfer.re[i] + transfer.im[i] * transfer.im[i];
  let largest = 0;
  for (let i = 0; i < transfer.re.length; i++) largest = Math.max(largest, powerAt(i));
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: (x) => filter(x, (values) => multiply(values, transfer)),
    adjoint: (y) => filter(y, (values) => multiplyConjugate(values, transfer)),
    normalSolve: (b, rho) => filter(b, (values) => amplify(values, (i) => 1 / (powerAt(i) + rho))),
    svd: lazySvd(() => {
      const flat = [sizeOf(shape)];
      // Hartley's basis cas = cos + sin is real and orthonormal and diagonalises the blur but for phases; those go
      // into U.
      return {
        values: repeatPlane(channels, allMagnitudes(fft, powerAt)),
        toSpectrum: (x) => reshaped(hartley(x), flat),
        fromSpectrum: (u) => hartley(reshaped(u, shape)),
        measurementToSpectrum(y) {
          const turned = filter(y, (values) => {
            multiplyConjugate(values, transfer);
            amplify(values, (i) => (powerAt(i) > 0 ? 1 / Math.sqrt(powerAt(i)) : 0));
          });
          return reshaped(hartley(turned), flat);
        },
      };
    }),
    norm: Math.sqrt(largest),
  });
}
