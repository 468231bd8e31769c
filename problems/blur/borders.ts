/** What a blur takes for the scene beyond the image, and with it the size of the measurement. */
import { z } from 'zod';
import type { Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { fastSize } from '../../src/core/fft.js';
import type { LinearOperator } from '../operator.js';
import { circularConvolution } from '../parts/convolution.js';
import { mirroredConvolution, mirrorIndex } from '../parts/mirrored.js';
import type { ImageShape } from '../parts/planes.js';
import { type Kernel, wrapIndex } from '../parts/transfer.js';
import { validPart, zeroPadded } from './cropped-convolution.js';
import { withSums } from './direct-blur.js';
import { seenThrough } from './unknown-border.js';

export const borders = z
  .enum(['unknown', 'circular', 'reflect', 'zero', 'valid'])
  .default('unknown')
  .describe(
    'how the scene goes on beyond the picture: unknown (a scene larger by the kernel is restored, and its part in the frame ' +
      'reported), circular, reflect (c b a | a b c | c b a), zero (black), or valid: as unknown, but the whole scene is reported',
  );

type Border = z.infer<typeof borders>;
type Extent = Pick<Kernel, 'height' | 'width'>;

/** The shape of the images whose blur has the shape `measured`. */
export function unblurredShape(
  [channels, height, width]: ImageShape,
  border: Border,
  kernel: Extent,
): ImageShape {
  const scene = [height + kernel.height - 1, width + kernel.width - 1] as const;
  if (border === 'unknown') return [channels, fastSize(scene[0]), fastSize(scene[1])];
  return border === 'valid' ? [channels, ...scene] : [channels, height, width];
}

/**
 * @param measured the shape of the measurement where it is that which is known; only border unknown asks for it.
 * @throws UsageError where border is unknown or valid and the kernel does not fit into the image.
 */
export function convolution(
  shape: ImageShape,
  kernel: Kernel,
  border: Border,
  measured?: Shape,
): LinearOperator {
  if (border === 'reflect') return withSums(mirroredConvolution(shape, kernel), kernel, mirrorIndex);
  const periodic = (plane: ImageShape) => withSums(circularConvolution(plane, kernel), kernel, wrapIndex);
  return border === 'circular'
    ? periodic(shape)
    : croppedConvolution(shape, kernel, border, periodic, measured);
}

/**
 * @param periodic makes the blur with periodic borders, of images of the shape that it is given.
 * @throws UsageError where border is unknown or valid and the kernel does not fit into the image.
 */
export function croppedConvolution(
  shape: ImageShape,
  kernel: Extent,
  border: 'unknown' | 'zero' | 'valid',
  periodic: (shape: ImageShape) => LinearOperator,
  measured?: Shape,
): LinearOperator {
  if (border === 'zero') return zeroPadded(shape, kernel, periodic);
  const [, rows, columns] = shape;
  if (kernel.height > rows || kernel.width > columns) {
    throw new UsageError(
      `border=${border} needs an image of at least ${kernel.height}×${kernel.width} pixels, the kernel of the blur, ` +
        `but the image is ${rows}×${columns}`,
    );
  }
  if (border === 'valid') return validPart(shape, kernel, periodic);
  const [, height, width] = measured ?? [shape[0], rows - kernel.height + 1, columns - kernel.width + 1];
  const middle = {
    top: Math.floor((rows - height) / 2),
    left: Math.floor((columns - width) / 2),
    height,
    width,
  };
  return seenThrough(shape, kernel, periodic, middle);
}
