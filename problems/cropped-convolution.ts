/**
 * Blur of a scene that is black beyond the image (border zero), or of which only the pixels that no border touches are
 * measured (border valid).
 */
import { fastSize } from '../src/core/fft.js';
import { RealFft2d, type Spectrum } from '../src/core/fft2d.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, mapPlanes } from './planes.js';
import { conjugate, type Kernel, multiply, transferFunction } from './transfer.js';

/** Zero padding: the measurement has the image's shape, and the light that leaves the image is lost. */
export function zeroPaddedConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [, height, width] = shape;
  // Half a kernel of zeros after the image keeps its ends from meeting around the period.
  const period = [height + (kernel.height - 1) / 2, width + (kernel.width - 1) / 2] as const;
  return windowOfCircular(shape, kernel, period, shape, [0, 0]);
}

/** The pixels whose kernel lies within the image: [C, H − height + 1, W − width + 1]. */
export function validConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [channels, height, width] = shape;
  const seen: ImageShape = [channels, height - kernel.height + 1, width - kernel.width + 1];
  return windowOfCircular(shape, kernel, [height, width], seen, [
    (kernel.height - 1) / 2,
    (kernel.width - 1) / 2,
  ]);
}

/** The image at the origin of a periodic plane of at least the size `period`, blurred; then the window at [top, left]. */
function windowOfCircular(
  shape: ImageShape,
  kernel: Kernel,
  period: readonly [number, number],
  window: ImageShape,
  [top, left]: readonly [number, number],
): LinearOperator {
  const fft = new RealFft2d(fastSize(period[0]), fastSize(period[1]));
  const transfer = transferFunction(fft, kernel);
  const adjoint = conjugate(transfer);
  const plane = new Float64Array(fft.height * fft.width);
  const spectrum = fft.spectrum();
  const blurPlane = (by: Spectrum) => {
    fft.forward(plane, 0, spectrum);
    multiply(spectrum, by);
    fft.inverse(spectrum, plane, 0);
  };
  return withLinearization({
    inputShape: shape,
    outputShape: window,
    apply: (x) =>
      mapPlanes(x, shape, window, (input, offset, output, outputOffset) => {
        plane.fill(0);
        for (let y = 0; y < shape[1]; y++) {
          const from = offset + y * shape[2];
          plane.set(input.subarray(from, from + shape[2]), y * fft.width);
        }
        blurPlane(transfer);
        for (let y = 0; y < window[1]; y++) {
          const from = (y + top) * fft.width + left;
          output.set(plane.subarray(from, from + window[2]), outputOffset + y * window[2]);
        }
      }),
    adjoint: (y) =>
      mapPlanes(y, window, shape, (input, offset, output, outputOffset) => {
        plane.fill(0);
        for (let row = 0; row < window[1]; row++) {
          const from = offset + row * window[2];
          plane.set(input.subarray(from, from + window[2]), (row + top) * fft.width + left);
        }
        blurPlane(adjoint);
        for (let row = 0; row < shape[1]; row++) {
          const from = row * fft.width;
          output.set(plane.subarray(from, from + shape[2]), outputOffset + row * shape[2]);
        }
      }),
    // Of the blur of the whole periodic plane, of which this is a part: an upper bound.
    norm: Math.sqrt(
      transfer.re.reduce((largest, re, i) => Math.max(largest, re * re + transfer.im[i] * transfer.im[i]), 0),
    ),
  });
}
