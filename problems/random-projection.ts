/** Compressed sensing with a random matrix. */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { keyedRandom } from '../src/core/random.js';
import type { OperatorFamily } from './family.js';
import { countOf, sampledShape, sampling, sizedShape } from './image-size.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, requireShape } from './planes.js';
import { randomSigns, randomSubset } from './selection.js';
import { cosineTransform, subsampled } from './subsampled.js';

/** 64 MiB. */
const LARGEST_MATRIX = 2 ** 24;

const options = z.strictObject({
  ...sampling,
  matrix: z
    .enum(['gaussian', 'structured'])
    .optional()
    .describe(
      'gaussian: independent entries N(0, 1/values), stored, at most 2^24 of them; structured: random signs of the ' +
        'pixels, then random rows of the cosine transform; when absent the first as far as it goes',
    ),
  seed: z.int().default(0).describe('chooses the matrix'),
});

/** Both matrices keep lengths on average: E‖Ax‖² = ‖x‖². Every channel is measured by the same one. */
export const randomProjection: OperatorFamily = {
  name: 'random-projection',
  summary: 'compressed sensing: products with a random matrix',
  options,
  imageShape: (shape, given) => sampledShape(shape, options.parse(given), 'random-projection'),
  create(shape, given) {
    const { matrix, seed, ...size } = options.parse(given);
    const image = sizedShape(shape, size, 'random-projection');
    const pixels = image[1] * image[2];
    const count = countOf(pixels, size);
    const fits = count * pixels <= LARGEST_MATRIX;
    if (matrix === 'gaussian' && !fits) {
      throw new UsageError(
        `random-projection:matrix=gaussian holds at most 2^24 entries, but ${count} values of an image of ` +
          `${formatShape(image.slice(1))} make ${count * pixels}; matrix=structured has no such limit`,
      );
    }
    return (matrix ?? (fits ? 'gaussian' : 'structured')) === 'gaussian'
      ? gaussianProjection(image, count, seed)
      : structuredProjection(image, count, seed);
  },
};

function gaussianProjection(shape: ImageShape, count: number, seed: number): LinearOperator {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const outputShape = [channels, count];
  const entries = keyedRandom(seed, 'random-projection', 0)('gaussian', count, pixels).normals([
    count,
    pixels,
  ]);
  const unit = 1 / Math.sqrt(count);
  const matrix = entries.data.map((entry) => unit * entry);
  return withLinearization({
    inputShape: shape,
    outputShape,
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      for (let row = 0; row < channels * count; row++) {
        const from = Math.floor(row / count) * pixels;
        const entry = (row % count) * pixels;
        let sum = 0;
        for (let i = 0; i < pixels; i++) sum += matrix[entry + i] * x.data[from + i];
        out.data[row] = sum;
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const sums = new Float64Array(channels * pixels);
      for (let row = 0; row < channels * count; row++) {
        const to = Math.floor(row / count) * pixels;
        const entry = (row % count) * pixels;
        for (let i = 0; i < pixels; i++) sums[to + i] += matrix[entry + i] * y.data[row];
      }
      const out = zeros(shape);
      out.data.set(sums);
      return out;
    },
  });
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
