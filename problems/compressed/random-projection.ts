/** Compressed sensing with a random matrix. */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';
import { randomSigns, randomSubset } from '../parts/selection.js';
import { countOf, sampledShape, sampling, sizedShape } from '../parts/size-option.js';
import { cosineTransform, subsampled } from './subsampled.js';

/** 64 MiB. */
const LARGEST_MATRIX = 2 ** 24;
/** Beyond this solving for x, which takes dozens of products, would cost more than the network. */
const CHOSEN_MATRIX = 2 ** 22;

const options = z.strictObject({
  ...sampling,
  matrix: z
    .enum(['gaussian', 'structured'])
    .optional()
    .describe(
      'gaussian: independent entries N(0, 1/values), stored, at most 2^24 of them; structured: random signs of the ' +
        'pixels, then random rows of the cosine transform; when absent gaussian up to 2^22 entries',
    ),
  seed: z.int().default(0).describe('chooses the matrix'),
});

/** Both matrices keep lengths on average: E‖Ax‖² = ‖x‖². Every channel is measured by the same one. */
export const randomProjection: OperatorFamily<typeof options> = {
  name: 'random-projection',
  summary: 'compressed sensing: products with a random matrix',
  options,
  imageShape: (shape, size) => sampledShape(shape, size, 'random-projection'),
  create(shape, { matrix, seed, ...size }) {
    const image = sizedShape(shape, size, 'random-projection');
    const pixels = image[1] * image[2];
    const count = countOf(pixels, size);
    const entries = count * pixels;
    if (matrix === 'gaussian' && entries > LARGEST_MATRIX) {
      throw new UsageError(
        `random-projection:matrix=gaussian holds at most 2^24 entries, but ${count} values of an image of ` +
          `${formatShape(image.slice(1))} make ${entries}; matrix=structured has no such limit`,
      );
    }
    return (matrix ?? (entries <= CHOSEN_MATRIX ? 'gaussian' : 'structured')) === 'gaussian'
      ? gaussianProjection(image, count, seed)
      : structuredProjection(image, count, seed);
  },
};

function gaussianProjection(shape: ImageShape, count: number, seed: number): LinearOperator {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const outputShape = [channels, count];
  const matrix = gaussianMatrix(count, pixels, seed);
  // Four rows at a time share the loads of the image; rows of zeros fill up the last four.
  const rows = matrix.length / pixels;
  return withLinearization({
    inputShape: shape,
    outputShape,
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      const values = new Float64Array(rows);
      for (let channel = 0; channel < channels; channel++) {
        const image = x.data.subarray(channel * pixels, (channel + 1) * pixels);
        for (let row = 0; row < rows; row += 4) {
          const start = row * pixels;
          let [a, b, c, d] = [0, 0, 0, 0];
          for (let i = 0; i < pixels; i++) {
            a += matrix[start + i] * image[i];
            b += matrix[start + pixels + i] * image[i];
            c += matrix[start + 2 * pixels + i] * image[i];
            d += matrix[start + 3 * pixels + i] * image[i];
          }
          values[row] = a;
          values[row + 1] = b;
          values[row + 2] = c;
          values[row + 3] = d;
        }
        out.data.set(values.subarray(0, count), channel * count);
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      const values = new Float64Array(rows);
      for (let channel = 0; channel < channels; channel++) {
        values.set(y.data.subarray(channel * count, (channel + 1) * count));
        const image = new Float64Array(pixels);
        for (let row = 0; row < rows; row += 4) {
          const start = row * pixels;
          const [a, b, c, d] = values.subarray(row, row + 4);
          for (let i = 0; i < pixels; i++) {
            image[i] +=
              matrix[start + i] * a +
              matrix[start + pixels + i] * b +
              matrix[start + 2 * pixels + i] * c +
              matrix[start + 3 * pixels + i] * d;
          }
        }
        out.data.set(image, channel * pixels);
      }
      return out;
    },
  });
}

/** Row by row; their number is made a multiple of 4 by rows of zeros. */
function gaussianMatrix(count: number, pixels: number, seed: number): Float32Array {
  const random = keyedRandom(seed, 'random-projection', 0)('gaussian', count, pixels);
  const matrix = new Float32Array(4 * Math.ceil(count / 4) * pixels);
  const unit = 1 / Math.sqrt(count);
  for (let i = 0; i < count * pixels; i++) matrix[i] = unit * random.normal();
  return matrix;
}

/** Ailon & Chazelle, "The fast Johnson–Lindenstrauss transform" (2009), with cosines; AAᵀ = pixels/values·I. */
function structuredProjection(shape: ImageShape, count: number, seed: number): LinearOperator {
  const [, height, width] = shape;
  const pixels = height * width;
  const random = keyedRandom(seed, 'random-projection', 0);
  return subsampled(shape, {
    transform: cosineTransform(height, width),
    rows: randomSubset(count, pixels, random('rows', height, width)),
    signs: randomSigns(pixels, random('signs', height, width)),
    gain: Math.sqrt(pixels / count),
  });
}
