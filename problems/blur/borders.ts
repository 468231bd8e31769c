/** What a blur takes for the scene beyond the image, and with it the size of the measurement. */
import { z } from 'zod';
import { UsageError } from '../../src/core/errors.js';
import type { LinearOperator } from '../operator.js';
import { circularConvolution } from '../parts/convolution.js';
import { mirroredConvolution } from '../parts/mirrored.js';
import type { ImageShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { validPart, zeroPadded } from './cropped-convolution.js';

export const borders = z
  .enum(['circular', 'reflect', 'zero', 'valid'])
  .describe(
    'how the scene goes on beyond the image: circular, reflect (c b a | a b c | c b a), zero (black), ' +
      'or valid: only pixels whose kernel lies within the image are measured',
  );

export type Border = z.infer<typeof borders>;

/** The shape of the images whose blur has the shape `measured`. */
export function unblurredShape(
  [channels, height, width]: ImageShape,
  border: Border,
  kernel: Pick<Kernel, 'height' | 'width'>,
): ImageShape {
  if (border !== 'valid') return [channels, height, width];
  return [channels, height + kernel.height - 1, width + kernel.width - 1];
}

/** @throws UsageError where border is valid and the kernel does not fit into the image. */
export function convolution(shape: ImageShape, kernel: Kernel, border: Border): LinearOperator {
  if (border === 'circular') return circularConvolution(shape, kernel);
  if (border === 'reflect') return mirroredConvolution(shape, kernel);
  return croppedConvolution(shape, kernel, border, (plane) => circularConvolution(plane, kernel));
}

/**
 * @param periodic makes the blur with periodic borders, of images of the shape that it is given.
 * @throws UsageError where border is valid and the kernel does not fit into the image.
 */
export function croppedConvolution(
  shape: ImageShape,
  kernel: Pick<Kernel, 'height' | 'width'>,
  border: 'zero' | 'valid',
  periodic: (shape: ImageShape) => LinearOperator,
): LinearOperator {
  if (border === 'zero') return zeroPadded(shape, kernel, periodic);
  if (kernel.height > shape[1] || kernel.width > shape[2]) {
    throw new UsageError(
      `border=valid needs an image of at least ${kernel.height}×${kernel.width} pixels, the kernel of the blur, ` +
        `but the image is ${shape[1]}×${shape[2]}`,
    );
  }
  return validPart(shape, kernel, periodic);
}
