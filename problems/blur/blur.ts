/** Blur by a measured kernel, from a file. */
import { z } from 'zod';
import { type FloatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { imageShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { borders, convolution, unblurredShape } from './borders.js';

/** How far from 1 a kernel may sum; what it misses changes the brightness of the image. */
const SUM_TOLERANCE = 1e-3;

const options = z.strictObject({
  kernel: z.string().describe('picture or .npy of the kernel, of odd height and width, its sum 1'),
  normalize: z.boolean().default(false).describe('divides the kernel by its sum'),
  border: borders.default('reflect'),
});

export const blur: OperatorFamily = {
  name: 'blur',
  summary: 'blur by a kernel from a file',
  options,
  files: { kernel: 'kernel' },
  imageShape(shape, given, files) {
    const { normalize, border } = options.parse(given);
    return unblurredShape(imageShape(shape, 'blur'), border, checkedKernel(files.kernel, normalize));
  },
  create(shape, given, files) {
    const { normalize, border } = options.parse(given);
    return convolution(imageShape(shape, 'blur'), checkedKernel(files.kernel, normalize), border);
  },
};

function checkedKernel(kernel: FloatArray | undefined, normalize: boolean): Kernel {
  if (kernel === undefined) throw new UsageError('blur:kernel names a file that has not been read');
  const [height, width] = kernel.shape;
  if (kernel.shape.length !== 2 || height % 2 === 0 || width % 2 === 0) {
    throw new UsageError(
      `blur:kernel must have odd height and width, so that it has a middle, but it is ${formatShape(kernel.shape)}`,
    );
  }
  const sum = kernel.data.reduce((total, value) => total + value, 0);
  if (!Number.isFinite(sum)) throw new UsageError('blur:kernel holds values that are not finite');
  if (normalize && Math.abs(sum) < SUM_TOLERANCE) {
    throw new UsageError(`blur:kernel sums to ${Number(sum.toPrecision(4))} and cannot be divided by it`);
  }
  if (!normalize && Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new UsageError(
      `blur:kernel sums to ${Number(sum.toPrecision(4))}, but a blur sums to 1; add normalize to divide it by its sum`,
    );
  }
  return { height, width, data: kernel.data.map((value) => value / (normalize ? sum : 1)) };
}
