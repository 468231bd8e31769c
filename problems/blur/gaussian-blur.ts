/** Gaussian blur, from a lens slightly out of focus or the air. */
import { z } from 'zod';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { circularConvolution } from '../parts/convolution.js';
import { gaussianHalf, separable } from '../parts/gaussian-kernel.js';
import { mirroredEvenConvolution, mirrorIndex } from '../parts/mirrored.js';
import { type ImageShape, imageShape } from '../parts/planes.js';
import { wrapIndex } from '../parts/transfer.js';
import { borders, croppedConvolution, unblurredShape } from './borders.js';
import { evenBlur } from './even-blur.js';

const options = z.strictObject({
  sigma: z.number().gt(0).max(1000).describe('standard deviation of the kernel in pixels'),
  size: z
    .int()
    .min(1)
    .optional()
    .refine((size) => size === undefined || size % 2 === 1, 'expected an odd number')
    .describe('extent of the kernel in pixels, odd; 2·⌈3·sigma⌉ + 1 when absent'),
  border: borders,
});

/** Up to here sums are cheaper than transforms. */
const DIRECT_RADIUS = 16;

export const gaussianBlur: OperatorFamily<typeof options> = {
  name: 'gaussian-blur',
  summary: 'blur by a Gaussian kernel',
  options,
  imageShape(shape, { sigma, size, border }) {
    const extent = 2 * radiusOf(sigma, size) + 1;
    return unblurredShape(imageShape(shape, 'gaussian-blur'), border, { height: extent, width: extent });
  },
  create(shape, { sigma, size, border }, _files, measured) {
    const image = imageShape(shape, 'gaussian-blur');
    const weights = gaussianHalf(sigma, radiusOf(sigma, size));
    if (border === 'reflect') {
      return withSums(mirroredEvenConvolution(image, weights, weights), weights, mirrorIndex);
    }
    const kernel = separable(weights);
    const periodic = (plane: ImageShape) => withSums(circularConvolution(plane, kernel), weights, wrapIndex);
    return border === 'circular'
      ? periodic(image)
      : croppedConvolution(image, kernel, border, periodic, measured);
  },
};

/** The same blur by sums where these are cheaper than transforms. */
function withSums(
  operator: LinearOperator,
  weights: Float64Array,
  border: (index: number, size: number) => number,
): LinearOperator {
  if (weights.length > DIRECT_RADIUS + 1) return operator;
  const direct = evenBlur(operator.inputShape as ImageShape, weights, border);
  return withLinearization({ ...operator, apply: direct, adjoint: direct });
}

function radiusOf(sigma: number, size: number | undefined): number {
  return size === undefined ? Math.ceil(3 * sigma) : (size - 1) / 2;
}
