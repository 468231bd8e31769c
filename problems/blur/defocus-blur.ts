/** Blur by a lens out of focus: every point becomes a disk. */
import { z } from 'zod';
import type { OperatorFamily } from '../family.js';
import { mirroredSymmetricConvolution, mirrorIndex } from '../parts/mirrored.js';
import { imageShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { borders, convolution, unblurredShape } from './borders.js';
import { withSums } from './direct-blur.js';

const options = z.strictObject({
  radius: z.number().gt(0).max(500).describe('radius of the disk in pixels'),
  border: borders,
});

export const defocusBlur: OperatorFamily<typeof options> = {
  name: 'defocus-blur',
  summary: 'blur by a lens out of focus: a disk',
  options,
  imageShape(shape, { radius, border }) {
    const extent = 2 * reachOf(radius) + 1;
    return unblurredShape(imageShape(shape, 'defocus-blur'), border, { height: extent, width: extent });
  },
  create(shape, { radius, border }, _files, measured) {
    const image = imageShape(shape, 'defocus-blur');
    const kernel = diskKernel(radius);
    return border === 'reflect'
      ? withSums(mirroredSymmetricConvolution(image, kernel), kernel, mirrorIndex)
      : convolution(image, kernel, border, measured);
  },
};

/** Pixels are squares of side 1 about whole coordinates; the disk's edge lies in pixel ⌈radius − ½⌉ at the farthest. */
function reachOf(radius: number): number {
  return Math.ceil(radius - 0.5);
}

/** The share of each pixel that the disk covers, over the disk's area: an antialiased edge. The sum is 1. */
function diskKernel(radius: number): Kernel {
  const reach = reachOf(radius);
  const size = 2 * reach + 1;
  const data = new Float64Array(size * size);
  for (let i = 0; i < data.length; i++) {
    const y = Math.abs(Math.floor(i / size) - reach);
    const x = Math.abs((i % size) - reach);
    data[i] =
      (quadrantArea(x + 0.5, y + 0.5, radius) -
        quadrantArea(x - 0.5, y + 0.5, radius) -
        quadrantArea(x + 0.5, y - 0.5, radius) +
        quadrantArea(x - 0.5, y - 0.5, radius)) /
      (Math.PI * radius ** 2);
  }
  return { height: size, width: size, data };
}

/** Signed area of the disk between 0 and x, 0 and y: odd in both. */
function quadrantArea(x: number, y: number, radius: number): number {
  const sign = Math.sign(x) * Math.sign(y);
  const right = Math.min(Math.abs(x), radius);
  const top = Math.min(Math.abs(y), radius);
  // The rectangle's top is below the arc up to `flat`, and the arc is the top from there on.
  const flat = Math.min(right, Math.sqrt(radius ** 2 - top ** 2));
  return sign * (top * flat + underArc(right, radius) - underArc(flat, radius));
}

/** ∫ √(r² − t²) dt from 0 to x. */
function underArc(x: number, radius: number): number {
  return 0.5 * (x * Math.sqrt(radius ** 2 - x ** 2) + radius ** 2 * Math.asin(x / radius));
}
