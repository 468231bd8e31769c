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
    if (kernel?.shape.length !== 2) return [];
    const sum = sumOf(kernel);
    const said = normalize && Math.abs(sum - 1) > SUM_TOLERANCE;
    const scaled = `sums to ${Number(sum.toPrecision(4))} and is divided by it, so that it is a blur`;
    return [...(said ? [scaled] : []), ...oddities(kernel)].map((found) => `the kernel ${path} ${found}`);
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

/**
 * Beside the middle by more than this, in pixels, is no measured centre; negative by more than this share no rounding.
 */
const [BESIDE, NEGATIVE] = [1, 0.01];

/** What a kernel may be without anybody having meant it. */
function oddities({ data, shape: [height, width] }: FloatArray): string[] {
  let [total, negative, down, right] = [0, 0, 0, 0];
  for (const [i, value] of data.entries()) {
    const weight = Math.abs(value);
    total += weight;
    if (value < 0) negative += weight;
    down += weight * (Math.floor(i / width) - (height >> 1));
    right += weight * ((i % width) - (width >> 1));
  }
  const [y, x] = [down / total, right / total];
  const found = [];
  if (negative > NEGATIVE * total) found.push('holds negative values, so that it is more than a blur');
  if (Math.hypot(y, x) > BESIDE) {
    const sideways = `${Math.abs(x).toFixed(1)} px ${x < 0 ? 'left' : 'right'} of`;
    const upright = `${Math.abs(y).toFixed(1)} px ${y < 0 ? 'above' : 'below'}`;
    found.push(
      `has its weight ${sideways} and ${upright} its middle, and the restored scene is moved back by that`,
    );
  }
  return found;
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
