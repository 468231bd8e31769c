/** Downsampling: what a camera of fewer pixels, or a resized file, has left of an image. */
import { z } from 'zod';
import { formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { gaussianHalf } from '../parts/gaussian-kernel.js';
import { imageShape } from '../parts/planes.js';
import { heightAndWidth, sizeOption } from '../parts/size-option.js';
import { blurAndDecimate } from './decimation.js';
import { resizing, resizingKernels } from './resizing.js';

const options = z.strictObject({
  factor: z.int().min(2).max(64).describe('how many pixels in each direction become one'),
  filter: z
    .enum(['bicubic', 'bilinear', 'lanczos', 'area', 'gaussian'])
    .default('bicubic')
    .describe(
      'bicubic, bilinear and lanczos as MATLAB’s imresize (antialiased), area (mean of the block), ' +
        'gaussian (circular blur, then the first pixel of each block)',
    ),
  sigma: z
    .number()
    .gt(0)
    .max(1000)
    .optional()
    .describe('standard deviation of filter gaussian in pixels of the image; 0.4·factor when absent'),
  size: sizeOption
    .optional()
    .describe('height and width of the image where they are not factor times those of the measurement'),
});

export const downsample: OperatorFamily<typeof options> = {
  name: 'downsample',
  summary:
    'fewer pixels: antialiased bicubic, bilinear or Lanczos, mean of blocks, or Gaussian blur and decimation',
  options,

  imageShape(measurementShape, { factor, size }) {
    const [channels, height, width] = imageShape(measurementShape, 'downsample');
    if (size === undefined) return [channels, factor * height, factor * width];
    const [imageHeight, imageWidth] = heightAndWidth(size);
    if (Math.ceil(imageHeight / factor) !== height || Math.ceil(imageWidth / factor) !== width) {
      throw new UsageError(
        `downsample:size is ${size}, whose measurement by factor ${factor} is ` +
          `${Math.ceil(imageHeight / factor)}×${Math.ceil(imageWidth / factor)}, but the measurement is ${height}×${width}`,
      );
    }
    return [channels, imageHeight, imageWidth];
  },

  create(shape, { factor, filter, sigma }) {
    const image = imageShape(shape, 'downsample');
    if (filter !== 'gaussian' && sigma !== undefined) {
      throw new UsageError(`downsample:sigma belongs to filter=gaussian, but the filter is ${filter}`);
    }
    const divides = image[1] % factor === 0 && image[2] % factor === 0;
    if (!divides && (filter === 'gaussian' || filter === 'area')) {
      throw new UsageError(
        `downsample:filter=${filter} needs a height and width that factor ${factor} divides, but the image is ${formatShape(shape)}`,
      );
    }
    if (filter !== 'gaussian') return resizing(image, factor, resizingKernels[filter]);
    const width = sigma ?? 0.4 * factor;
    return blurAndDecimate(image, gaussianHalf(width, Math.ceil(3 * width)), factor);
  },
};
