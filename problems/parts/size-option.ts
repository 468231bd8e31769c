/** The option `size=HxW`, for families whose measurement does not tell how large the image is. */
import { z } from 'zod';
import { formatShape, type Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { type ImageShape, imageShape } from './planes.js';

export const sizeOption = z.string().regex(/^[1-9]\d*x[1-9]\d*$/, 'expected HxW, such as 255x256');

export function heightAndWidth(size: string): [height: number, width: number] {
  const [height, width] = size.split('x').map(Number);
  return [height, width];
}

/** How many values of each channel are measured, and of what image. */
export const sampling = {
  fraction: z.number().gt(0).max(1).describe('measured values per pixel, in each channel'),
  size: sizeOption
    .optional()
    .describe('height and width of the image of a measurement; a square image when absent'),
};

type Sampling = z.infer<z.ZodObject<typeof sampling>>;

/** At least one value. */
export function countOf(pixels: number, { fraction }: Sampling): number {
  return Math.max(1, Math.round(fraction * pixels));
}

/** The image of a measurement [channels, values]. @throws UsageError where no image has so many. */
export function sampledShape(measured: Shape, sampled: Sampling, operator: string): ImageShape {
  if (measured.length !== 2) {
    throw new UsageError(
      `${operator} measures arrays of shape channels×values, but the measurement is ${formatShape(measured)}`,
    );
  }
  const [channels, count] = measured;
  const side = Math.round(Math.sqrt(count / sampled.fraction));
  const [height, width] = sampled.size === undefined ? [side, side] : heightAndWidth(sampled.size);
  if (countOf(height * width, sampled) !== count) {
    throw new UsageError(
      `${operator}:fraction=${sampled.fraction} of an image of ${height}×${width} is ` +
        `${countOf(height * width, sampled)} values a channel, but the measurement has ${count}; size=HxW says which image it is of`,
    );
  }
  return [channels, height, width];
}

/** The image to be measured. @throws UsageError where `size` says another. */
export function sizedShape(shape: Shape, { size }: Sampling, operator: string): ImageShape {
  const image = imageShape(shape, operator);
  if (size !== undefined && heightAndWidth(size).join() !== image.slice(1).join()) {
    throw new UsageError(`${operator}:size is ${size}, but the image is ${image[1]}x${image[2]}`);
  }
  return image;
}

/** The image [1, H, W] of a measurement that says nothing of its size. @throws UsageError unless `size` does. */
export function planeOfSize(size: string | undefined, operator: string): ImageShape {
  if (size === undefined) {
    throw new UsageError(
      `${operator} needs size=HxW, for its measurement does not tell how large the image is`,
    );
  }
  return [1, ...heightAndWidth(size)];
}

/** The image to be measured, of one channel. @throws UsageError where it has more or `size` says another. */
export function onePlane(shape: Shape, size: string | undefined, operator: string): ImageShape {
  const image = imageShape(shape, operator);
  if (image[0] !== 1) {
    throw new UsageError(
      `${operator} works on images of 1 channel, but the image is ${formatShape(shape)}; colorize+${operator} measures luminance`,
    );
  }
  if (size !== undefined && heightAndWidth(size).join() !== image.slice(1).join()) {
    throw new UsageError(`${operator}:size is ${size}, but the image is ${image[1]}x${image[2]}`);
  }
  return image;
}
