/**
 * Fourier phase retrieval: the amplitude (or intensity) of the spectrum of an image surrounded by zeros.
 *
 * Images are in [0, 1] and the surround is black, so that x and −x differ (DPS, which pads images in [−1, 1] with
 * mid-grey, poses another problem). Turned by 180° or moved within the surround an image has the same measurement.
 */
import { z } from 'zod';
import { type FloatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { compose } from '../algebra/compose.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { singleCoil } from '../parts/fourier-of-real.js';
import { magnitude, quantityOption } from '../parts/magnitude.js';
import { type ImageShape, imageShape, mapPlanes } from '../parts/planes.js';
import { heightAndWidth, sizeOption } from '../parts/size-option.js';

const options = z.strictObject({
  oversampling: z
    .number()
    .min(1)
    .max(8)
    .default(2)
    .describe('height and width with the surround over those of the image; 1.5 is what DPS and DAPS call 2'),
  quantity: quantityOption,
  size: sizeOption
    .optional()
    .describe(
      'height and width of the image of a measurement; its own over oversampling, rounded, when absent',
    ),
});

export const phaseRetrieval: OperatorFamily<typeof options> = {
  name: 'phase-retrieval',
  summary: 'the phase is missing: amplitude or intensity of the oversampled Fourier transform',
  options,
  imageShape(shape, { oversampling, size }) {
    const [channels, height, width] = imageShape(shape, 'phase-retrieval');
    const image: ImageShape = size
      ? [channels, ...heightAndWidth(size)]
      : [channels, Math.round(height / oversampling), Math.round(width / oversampling)];
    const measured = padded(image, oversampling);
    if (measured.join() !== shape.join()) {
      throw new UsageError(
        `phase-retrieval:oversampling=${oversampling} makes ${formatShape(measured)} values of an image of ` +
          `${formatShape(image)}, but the measurement is ${formatShape(shape)}; size=HxW says which image it is of`,
      );
    }
    return image;
  },
  create(shape, { oversampling, quantity }) {
    const image = imageShape(shape, 'phase-retrieval');
    const large = padded(image, oversampling);
    const everywhere = new Float32Array(large[1] * large[2]).fill(1);
    const field = compose([surround(image, large), singleCoil(large, everywhere)]) as LinearOperator;
    // Turned by 180° or moved, an image has the same measurement.
    return { ...magnitude(field, quantity), ambiguous: true };
  },
};

function padded([channels, height, width]: ImageShape, oversampling: number): ImageShape {
  return [channels, Math.round(oversampling * height), Math.round(oversampling * width)];
}

/** Zeros around the image; pixel (⌊H/2⌋, ⌊W/2⌋) stays the middle. */
function surround(shape: ImageShape, large: ImageShape): LinearOperator {
  const [, height, width] = shape;
  const top = (large[1] >> 1) - (height >> 1);
  const left = (large[2] >> 1) - (width >> 1);
  const offsets = Array.from({ length: height }, (_, y) => [y * width, (top + y) * large[2] + left]);
  return withLinearization({
    inputShape: shape,
    outputShape: large,
    apply: (x: FloatArray) =>
      mapPlanes(x, shape, large, (input, offset, output, outputOffset) => {
        for (const [from, to] of offsets) {
          output.set(input.subarray(offset + from, offset + from + width), outputOffset + to);
        }
      }),
    adjoint: (y: FloatArray) =>
      mapPlanes(y, large, shape, (input, offset, output, outputOffset) => {
        for (const [to, from] of offsets) {
          output.set(input.subarray(offset + from, offset + from + width), outputOffset + to);
        }
      }),
    norm: 1,
  });
}
