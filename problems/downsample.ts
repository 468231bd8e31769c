/** Downsampling: what a camera of fewer pixels, or a resized file, has left of an image. */
import { z } from 'zod';
import { formatShape } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { RealFft2d, type Spectrum } from '../src/core/fft2d.js';
import type { Vector } from '../src/core/vector.js';

import type { OperatorFamily } from './family.js';
import { gaussianHalf, separable } from './gaussian-blur.js';
import type { LinearOperator } from './operator.js';
import { type ImageShape, imageShape } from './planes.js';
import { resampling, resamplingKernels } from './resampling.js';
import { fromRowSpace } from './row-space.js';
import { conjugate, type Kernel, multiply, scale, transferFunction } from './transfer.js';

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
  size: z
    .string()
    .regex(/^[1-9]\d*x[1-9]\d*$/, 'must be HxW, such as 255x256')
    .optional()
    .describe('height and width of the image where they are not factor times those of the measurement'),
});

export const downsample: OperatorFamily = {
  name: 'downsample',
  summary:
    'fewer pixels: antialiased bicubic, bilinear or Lanczos, mean of blocks, or Gaussian blur and decimation',
  options,

  imageShape(measurementShape, given) {
    const { factor, size } = options.parse(given);
    const [channels, height, width] = imageShape(measurementShape, 'downsample');
    if (size === undefined) return [channels, factor * height, factor * width];
    const [imageHeight, imageWidth] = size.split('x').map(Number);
    if (Math.ceil(imageHeight / factor) !== height || Math.ceil(imageWidth / factor) !== width) {
      throw new UsageError(
        `downsample:size is ${size}, whose measurement by factor ${factor} is ` +
          `${Math.ceil(imageHeight / factor)}×${Math.ceil(imageWidth / factor)}, but the measurement is ${height}×${width}`,
      );
    }
    return [channels, imageHeight, imageWidth];
  },

  create(shape, given) {
    const { factor, filter, sigma } = options.parse(given);
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
    if (filter !== 'gaussian') return resampling(image, factor, resamplingKernels[filter]);
    const width = sigma ?? 0.4 * factor;
    return blurAndDecimate(image, separable(gaussianHalf(width, Math.ceil(3 * width))), factor);
  },
};

/**
 * Circular blur, then pixels 0, f, 2f … of each line. AAᵀ is circulant on the coarse grid: its eigenvalues are the means
 * of |transfer|² over the aliases of each coarse frequency (Zhao et al. 2016, "Fast single image super-resolution").
 */
function blurAndDecimate(shape: ImageShape, kernel: Kernel, factor: number): LinearOperator {
  const [channels, height, width] = shape;
  const coarse: ImageShape = [channels, height / factor, width / factor];
  const fine = new RealFft2d(height, width);
  const transfer = transferFunction(fine, kernel);
  const transposed = conjugate(transfer);
  const plane = new Float64Array(height * width);
  const spectrum = fine.spectrum();
  const blurPlane = (by: Spectrum) => {
    multiply(spectrum, by);
    fine.inverse(spectrum, plane, 0);
  };
  const apply = (x: Vector) => {
    const out = new Float64Array(channels * coarse[1] * coarse[2]);
    for (let channel = 0, i = 0; channel < channels; channel++) {
      fine.forward(x, channel * plane.length, spectrum);
      blurPlane(transfer);
      for (let y = 0; y < height; y += factor) {
        for (let x = 0; x < width; x += factor) out[i++] = plane[y * width + x];
      }
    }
    return out;
  };
  const adjoint = (y: Vector) => {
    const out = new Float64Array(channels * plane.length);
    for (let channel = 0, i = 0; channel < channels; channel++) {
      plane.fill(0);
      for (let y2 = 0; y2 < height; y2 += factor) {
        for (let x = 0; x < width; x += factor) plane[y2 * width + x] = y[i++];
      }
      fine.forward(plane, 0, spectrum);
      blurPlane(transposed);
      out.set(plane, channel * plane.length);
    }
    return out;
  };

  // The first column of AAᵀ, transformed, is its eigenvalues.
  const impulse = new Float64Array(channels * coarse[1] * coarse[2]);
  impulse[0] = 1;
  const fft = new RealFft2d(coarse[1], coarse[2]);
  const coarseSpectrum = fft.spectrum();
  fft.forward(apply(adjoint(impulse)), 0, coarseSpectrum);
  const values = coarseSpectrum.re.map((value) => Math.max(0, value));
  return fromRowSpace(
    shape,
    coarse,
    { apply, adjoint },
    {
      values,
      filter(y, gain) {
        const out = new Float64Array(y.length);
        for (let offset = 0; offset < y.length; offset += coarse[1] * coarse[2]) {
          fft.forward(y, offset, coarseSpectrum);
          scale(coarseSpectrum, (i) => gain(values[i]));
          fft.inverse(coarseSpectrum, out, offset);
        }
        return out;
      },
    },
  );
}
