/**
 * Inpainting: some pixels are known, the others hold nothing. The measurement has the image's shape, 0 in the holes.
 */
import { z } from 'zod';
import { type FloatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import type { LinearOperator } from '../operator.js';
import { diagonal } from '../parts/diagonal.js';
import { type ImageShape, imageShape, repeatPlane } from '../parts/planes.js';
import { randomSubset } from '../parts/selection.js';

const options = z.strictObject({
  fraction: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('share of the pixels that are missing, drawn at random and the same in all channels'),
  seed: z.int().default(0).describe('chooses the missing pixels of `fraction`'),
  box: z
    .tuple([z.int().min(0), z.int().min(0), z.int().min(1), z.int().min(1)])
    .optional()
    .describe('the missing rectangle, top:left:height:width in pixels'),
  outpaint: z
    .tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)])
    .optional()
    .describe('the missing margins, top:bottom:left:right in pixels'),
  mask: z
    .string()
    .optional()
    .describe(
      'picture of the image’s size: white is known, black is missing; of one with transparent parts, those',
    ),
});

export const inpaint: OperatorFamily<typeof options> = {
  name: 'inpaint',
  summary: 'missing pixels: a random fraction, a box, the margins, or those that are black in a mask',
  options,
  files: { mask: 'mask' },
  imageShape: (shape) => imageShape(shape, 'inpaint'),

  create(shape, { fraction, seed, box, outpaint, mask }, files) {
    const image = imageShape(shape, 'inpaint');
    const [, height, width] = image;
    const kinds = [fraction, box, outpaint, mask].filter((kind) => kind !== undefined);
    if (kinds.length !== 1) {
      throw new UsageError(
        `inpaint needs exactly one of fraction, box, outpaint and mask, but ${kinds.length || 'none'} of them is given`,
      );
    }
    if (fraction !== undefined) return masking(image, randomMask(height, width, fraction, seed));
    if (box !== undefined) return masking(image, boxMask(height, width, box));
    if (outpaint !== undefined) return masking(image, marginMask(height, width, outpaint));
    return masking(image, fileMask(height, width, files.mask));
  },
};

/**
 * A = diag(mask), the same for all channels.
 * @param known 1 where a pixel is known, 0 where it is missing, [height, width].
 */
function masking(shape: ImageShape, known: Uint8Array): LinearOperator {
  const mask = repeatPlane(shape[0], Float32Array.from(known));
  return { ...diagonal(shape, mask), observed: mask };
}

/** Exactly round(fraction·pixels) pixels are missing; each such set is equally likely. */
function randomMask(height: number, width: number, fraction: number, seed: number): Uint8Array {
  const known = new Uint8Array(height * width).fill(1);
  const missing = Math.round(fraction * known.length);
  const random = keyedRandom(seed, 'inpaint', 0)('mask', height, width);
  for (const i of randomSubset(missing, known.length, random)) known[i] = 0;
  return known;
}

function boxMask(
  height: number,
  width: number,
  [top, left, boxHeight, boxWidth]: readonly [number, number, number, number],
): Uint8Array {
  if (top + boxHeight > height || left + boxWidth > width) {
    throw new UsageError(
      `inpaint:box reaches down to row ${top + boxHeight} and right to column ${left + boxWidth}, ` +
        `but the image is ${height}×${width}`,
    );
  }
  const known = new Uint8Array(height * width).fill(1);
  for (let y = top; y < top + boxHeight; y++) {
    known.fill(0, y * width + left, y * width + left + boxWidth);
  }
  return known;
}

function marginMask(
  height: number,
  width: number,
  [top, bottom, left, right]: readonly [number, number, number, number],
): Uint8Array {
  if (top + bottom >= height || left + right >= width) {
    throw new UsageError(
      `inpaint:outpaint hides ${top + bottom} rows and ${left + right} columns, which leaves nothing of the ` +
        `image of ${height}×${width}`,
    );
  }
  const known = new Uint8Array(height * width);
  for (let y = top; y < height - bottom; y++) known.fill(1, y * width + left, (y + 1) * width - right);
  return known;
}

function fileMask(height: number, width: number, mask: FloatArray | undefined): Uint8Array {
  if (mask === undefined) throw new UsageError('inpaint:mask names a file that has not been read');
  if (mask.shape.length !== 2 || mask.shape[0] !== height || mask.shape[1] !== width) {
    throw new UsageError(`inpaint:mask is ${formatShape(mask.shape)}, but the image is ${height}×${width}`);
  }
  const known = Uint8Array.from(mask.data, (value) => (value >= 0.5 ? 1 : 0));
  if (!known.includes(0) || !known.includes(1)) {
    const found = known.includes(0) ? 'all of the image is missing' : 'nothing is missing';
    throw new UsageError(
      `inpaint:mask says that ${found}, expected white where a pixel is known and black where not`,
    );
  }
  return known;
}
