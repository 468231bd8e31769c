/** Blur that differs from place to place, as by a simple lens, whose corners are worse than its middle. */
import { z } from 'zod';
import { type FloatArray, formatShape, sameShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { axpy } from '../../src/core/vector.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { diagonal } from '../parts/diagonal.js';
import { imageShape, repeatPlane } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { borders, convolution, unblurredShape } from './borders.js';

const options = z.strictObject({
  kernels: z.string().describe('.npy of K kernels, K×height×width, of odd height and width'),
  weights: z
    .string()
    .describe('.npy of how much of each pixel’s light each kernel spreads, K×H×W for images of H×W pixels'),
  border: borders,
});

export const spaceVaryingBlur: OperatorFamily<typeof options> = {
  name: 'space-varying-blur',
  summary: 'blur that differs from place to place: kernels and their weights from files',
  options,
  files: { kernels: 'array', weights: 'array' },
  imageShape(shape, { border }, files) {
    return unblurredShape(imageShape(shape, 'space-varying-blur'), border, kernelsOf(files.kernels)[0]);
  },
  create(shape, { border }, files, measured) {
    const [channels, height, width] = imageShape(shape, 'space-varying-blur');
    const kernels = kernelsOf(files.kernels);
    const weights = weightsOf(files.weights, kernels.length, height, width);
    return productConvolution(
      kernels.map((kernel) => convolution([channels, height, width], kernel, border, measured)),
      weights.map((plane) => diagonal(shape, repeatPlane(channels, plane))),
    );
  },
};

/**
 * y = Σₖ hₖ ∗ (wₖ·x) (Nagy & O'Leary, "Restoring images degraded by spatially variant blur", 1998; Escande & Weiss,
 * "Approximation of integral operators using product-convolution expansions", 2017).
 */
function productConvolution(
  convolutions: readonly LinearOperator[],
  weights: readonly LinearOperator[],
): LinearOperator {
  const { inputShape } = weights[0];
  const { outputShape } = convolutions[0];
  return withLinearization({
    inputShape,
    outputShape,
    async apply(x) {
      const out = zeros(outputShape);
      for (const [k, blur] of convolutions.entries()) {
        axpy(1, (await blur.apply(await weights[k].apply(x))).data, out.data);
      }
      return out;
    },
    async adjoint(y) {
      const out = zeros(inputShape);
      for (const [k, blur] of convolutions.entries()) {
        axpy(1, (await weights[k].adjoint(await blur.adjoint(y))).data, out.data);
      }
      return out;
    },
  });
}

function kernelsOf(file: FloatArray | undefined): Kernel[] {
  if (file === undefined) {
    throw new UsageError('space-varying-blur:kernels names a file that has not been read');
  }
  const [count, height, width] = file.shape;
  if (file.shape.length !== 3 || height % 2 === 0 || width % 2 === 0) {
    throw new UsageError(
      `space-varying-blur:kernels must be K×height×width with odd height and width, but it is ${formatShape(file.shape)}`,
    );
  }
  const size = height * width;
  return Array.from({ length: count }, (_, k) => ({
    height,
    width,
    data: file.data.subarray(k * size, (k + 1) * size),
  }));
}

function weightsOf(
  file: FloatArray | undefined,
  count: number,
  height: number,
  width: number,
): Float32Array[] {
  if (file === undefined) {
    throw new UsageError('space-varying-blur:weights names a file that has not been read');
  }
  const expected = [count, height, width];
  if (!sameShape(file.shape, expected)) {
    throw new UsageError(
      `space-varying-blur:weights is ${formatShape(file.shape)}, but ${count} kernels on images of ` +
        `${height}×${width} need ${formatShape(expected)}`,
    );
  }
  const size = height * width;
  return Array.from({ length: count }, (_, k) => file.data.subarray(k * size, (k + 1) * size));
}
