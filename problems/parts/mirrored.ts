/**
 * Blur with reflecting borders: the image goes on as its mirror image with the border between two equal pixels
 * (c b a | a b c | c b a: MATLAB's `symmetric`, SciPy's `reflect`), as often as a large kernel asks for.
 */
import { requireVector } from '../../src/core/arguments.js';
import { type FloatArray, sizeOf } from '../../src/core/array.js';
import { Dct2d } from '../../src/core/dct.js';
import { fastSize } from '../../src/core/fft.js';
import { RealFft2d } from '../../src/core/fft2d.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { lazySvd } from './lazy-svd.js';
import { type ImageShape, imageShape, mapPlanes, repeatPlane, reshaped } from './planes.js';
import { type Kernel, multiply, multiplyConjugate, requireKernel, transferFunction } from './transfer.js';

/** Blur by kernel(y, x) = vertical(y)·horizontal(x), weights from the middle outwards: g(0), g(1), … g(radius). */
export function mirroredEvenConvolution(
  shape: ImageShape,
  vertical: ArrayLike<number>,
  horizontal: ArrayLike<number>,
): LinearOperator {
  const [, height, width] = shape;
  const rows = evenTransfer(vertical, height);
  const columns = evenTransfer(horizontal, width);
  const transfer = Float64Array.from(
    { length: height * width },
    (_, i) => rows[Math.floor(i / width)] * columns[i % width],
  );
  return cosineFilter(shape, transfer);
}

/** Blur by a kernel that is its own mirror image upside down and left to right. */
export function mirroredSymmetricConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [, height, width] = shape;
  const bottom = (kernel.height - 1) / 2;
  const right = (kernel.width - 1) / 2;
  const transfer = new Float64Array(height * width);
  for (let dy = 0; dy <= bottom; dy++) {
    const start = (bottom + dy) * kernel.width + right;
    const half = Float64Array.from({ length: right + 1 }, (_, dx) => kernel.data[start + dx]);
    const columns = evenTransfer(half, width);
    for (let ky = 0; ky < height; ky++) {
      const cosine = (dy === 0 ? 1 : 2) * Math.cos((Math.PI * ky * dy) / height);
      for (let kx = 0; kx < width; kx++) transfer[ky * width + kx] += cosine * columns[kx];
    }
  }
  return cosineFilter(shape, transfer);
}

/**
 * Multiplies the cosines of every channel: what a blur by an even kernel does where the image goes on as its mirror
 * image (Strang, "The discrete cosine transform", 1999). As cheap and as invertible as the circular blur.
 * @param transfer what the cosine of ky half-waves down and kx across is multiplied by, [height, width].
 * @example
 * ```ts
 * import { cosineFilter } from 'retrodict/problem';
 *
 * // Only the mean of each channel passes.
 * const transfer = new Float64Array(64);
 * transfer[0] = 1;
 * export const mean = cosineFilter([3, 8, 8], transfer);
 * ```
 */
export function cosineFilter(shape: ImageShape, transfer: Float64Array): LinearOperator {
  const [channels, height, width] = imageShape(shape, 'a cosine filter');
  requireVector(transfer, 'the transfer');
  const dct = new Dct2d(height, width);
  const norm = transfer.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const coefficients = new Float64Array(height * width);
  const filter = (x: FloatArray, gains: Float64Array) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      dct.forward(input, offset, coefficients);
      for (let i = 0; i < coefficients.length; i++) coefficients[i] *= gains[i];
      dct.inverse(coefficients, output, outputOffset);
    });
  const apply = (x: FloatArray) => filter(x, transfer);
  const inverted = new Float64Array(transfer.length);
  const normalSolve = (b: FloatArray, rho: number) => {
    for (let i = 0; i < inverted.length; i++) inverted[i] = 1 / (transfer[i] * transfer[i] + rho);
    return filter(b, inverted);
  };
  const analyse = (x: FloatArray, signed: boolean) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      dct.forward(input, offset, coefficients);
      for (let i = 0; i < coefficients.length; i++) {
        output[outputOffset + i] = coefficients[i] * (signed ? Math.sign(transfer[i]) : 1);
      }
    });
  const flat = [sizeOf(shape)];
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply,
    adjoint: apply,
    normalSolve,
    svd: lazySvd(() => ({
      values: repeatPlane(channels, Float32Array.from(transfer, Math.abs)),
      toSpectrum: (x) => reshaped(analyse(x, false), flat),
      fromSpectrum: (u) =>
        mapPlanes(u, shape, shape, (input, offset, output, outputOffset) => {
          coefficients.set(input.subarray(offset, offset + coefficients.length));
          dct.inverse(coefficients, output, outputOffset);
        }),
      measurementToSpectrum: (y) => reshaped(analyse(y, true), flat),
    })),
    norm,
  });
}

/**
 * Any kernel with reflecting borders: the mirrored image is blurred by FFT; the adjoint folds the mirror back.
 * @example
 * ```ts
 * import { mirroredConvolution } from 'retrodict/problem';
 *
 * const kernel = { data: Float32Array.of(0.5, 0.25, 0.25), height: 1, width: 3 };
 * export const skewed = mirroredConvolution([3, 16, 16], kernel);
 * ```
 */
export function mirroredConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [, height, width] = imageShape(shape, 'a convolution');
  requireKernel(kernel);
  const top = (kernel.height - 1) / 2;
  const left = (kernel.width - 1) / 2;
  const fft = new RealFft2d(fastSize(height + 2 * top), fastSize(width + 2 * left));
  const transfer = transferFunction(fft, kernel);
  const padded = new Float64Array(fft.height * fft.width);
  const rows = mirrorIndices(height, top);
  const columns = mirrorIndices(width, left);
  /** The columns outside the image. */
  const beyond = columns.map((_, x) => x).filter((x) => x < left || x >= left + width);
  const blurPadded = (by: typeof multiply) =>
    fft.filter(padded, 0, (spectrum) => by(spectrum, transfer), padded, 0);
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: (x) =>
      mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
        padded.fill(0);
        for (const [y, row] of rows.entries()) {
          const from = offset + row * width;
          const to = y * fft.width;
          padded.set(input.subarray(from, from + width), to + left);
          for (const x of beyond) padded[to + x] = input[from + columns[x]];
        }
        blurPadded(multiply);
        for (let y = 0; y < height; y++) {
          const from = (y + top) * fft.width + left;
          output.set(padded.subarray(from, from + width), outputOffset + y * width);
        }
      }),
    adjoint: (y) =>
      mapPlanes(y, shape, shape, (input, offset, output, outputOffset) => {
        padded.fill(0);
        for (let y = 0; y < height; y++) {
          const from = offset + y * width;
          padded.set(input.subarray(from, from + width), (y + top) * fft.width + left);
        }
        blurPadded(multiplyConjugate);
        const folded = new Float64Array(height * width);
        for (const [y, row] of rows.entries()) {
          const to = row * width;
          const from = y * fft.width;
          for (let x = 0; x < width; x++) folded[to + x] += padded[from + left + x];
          for (const x of beyond) folded[to + columns[x]] += padded[from + x];
        }
        output.set(folded, outputOffset);
      }),
  });
}

/** What the cosine of k half-waves over `size` pixels is multiplied by: g(0) + 2·Σⱼ g(j)·cos(πkj/size). */
function evenTransfer(weights: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, k) => {
    let sum = weights[0];
    for (let j = 1; j < weights.length; j++) sum += 2 * weights[j] * Math.cos((Math.PI * k * j) / size);
    return sum;
  });
}

/** For every sample of a line mirrored by `margin` on both sides, the index of the original sample. */
function mirrorIndices(size: number, margin: number): number[] {
  return Array.from({ length: size + 2 * margin }, (_, i) => mirrorIndex(i - margin, size));
}

/** … 1 0 | 0 1 … size−1 | size−1 size−2 …, with period 2·size. */
export function mirrorIndex(index: number, size: number): number {
  const wrapped = ((index % (2 * size)) + 2 * size) % (2 * size);
  return wrapped < size ? wrapped : 2 * size - 1 - wrapped;
}
