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
  kernel: z
    .string()
    .describe(
      'picture or .npy of the kernel; its middle pixel, of even sizes the one after the half, stays in place',
    ),
  normalize: z
    .boolean()
    .default(true)
    .describe('divides the kernel by its sum; if false, a kernel that does not sum to 1 is refused'),
  border: borders,
});

export const blur: OperatorFamily<typeof options> = {
  name: 'blur',
  summary: 'blur by a kernel from a file',
  options,
  files: { kernel: 'kernel' },
  notes({ kernel: path, normalize }, { kernel }) {
    const sum = kernel ? sumOf(kernel) : 1;
    if (!normalize || Math.abs(sum - 1) <= SUM_TOLERANCE) return [];
    return [
      `the kernel ${path} sums to ${Number(sum.toPrecision(4))} and is divided by it, so that it is a blur`,
    ];
  },
  imageShape(shape, { normalize, border }, files) {
    return unblurredShape(imageShape(shape, 'blur'), border, checkedKernel(files.kernel, normalize));
  },
  create(shape, { normalize, border }, files, measured) {
    return convolution(imageShape(shape, 'blur'), checkedKernel(files.kernel, normalize), border, measured);
  },
};

function checkedKernel(kernel: FloatArray | undefined, normalize: boolean): Kernel {
  if (kernel === undefined) throw new UsageError('blur:kernel names a file that has not been read');
  if (kernel.shape.length !== 2 || kernel.data.length === 0) {
    throw new UsageError(`blur:kernel must be height×width, but it is ${formatShape(kernel.shape)}`);
  }
  const sum = sumOf(kernel);
  if (!Number.isFinite(sum)) throw new UsageError('blur:kernel holds values that are not finite');
  if (normalize && Math.abs(sum) < SUM_TOLERANCE) {
    throw new UsageError(`blur:kernel sums to ${Number(sum.toPrecision(4))} and cannot be divided by it`);
  }
  if (!normalize && Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new UsageError(
      `blur:kernel sums to ${Number(sum.toPrecision(4))}, but a blur sums to 1; leave normalize=false out to divide it by its sum`,
    );
  }
  return oddSized(kernel, normalize ? sum : 1);
}

function sumOf({ data }: FloatArray): number {
  return data.reduce((total, value) => total + value, 0);
}

/** Of even size the middle is the pixel after the half, as in an FFT: a row or column of zeros makes it odd. */
function oddSized({ data, shape: [height, width] }: FloatArray, sum: number): Kernel {
  const [rows, columns] = [height | 1, width | 1];
  const odd = new Float32Array(rows * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) odd[y * columns + x] = data[y * width + x] / sum;
  }
  return { height: rows, width: columns, data: odd };
}
