/** Demosaicking: behind its filters a camera's sensor sees one colour at each pixel. */
import { z } from 'zod';
import { type FloatArray, formatShape, mapArray, sizeOf, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { imageShape, requireShape, reshaped } from '../parts/planes.js';

const options = z.strictObject({
  pattern: z
    .enum(['rggb', 'bggr', 'grbg', 'gbrg'])
    .optional()
    .describe(
      'colours of the first two pixels of the first row, then of the second: Bayer’s pattern; ' +
        'absent: as a camera’s RAW file says, else rggb',
    ),
});

type Pattern = NonNullable<z.infer<typeof options>['pattern']>;

const USUAL: Pattern = 'rggb';

export const demosaic: OperatorFamily<typeof options> = {
  name: 'demosaic',
  summary: 'one colour at each pixel, as a sensor behind Bayer’s filters sees',
  options,
  estimate: (_, { pattern = USUAL }) => ({ pattern }),
  imageShape(shape) {
    const [channels, height, width] = imageShape(shape, 'demosaic');
    if (channels !== 1) {
      throw new UsageError(`demosaic measures one channel, but the measurement is ${formatShape(shape)}`);
    }
    return [3, height, width];
  },
  create(shape, { pattern }) {
    const [channels, height, width] = imageShape(shape, 'demosaic');
    if (channels !== 3) {
      throw new UsageError(`demosaic takes images of 3 channels, but the image is ${formatShape(shape)}`);
    }
    return mosaic(height, width, pattern ?? USUAL);
  },
};

/** [3, H, W] → [1, H, W]: rows of the identity, AAᵀ = I. */
function mosaic(height: number, width: number, pattern: Pattern): LinearOperator {
  const inputShape = [3, height, width];
  const outputShape = [1, height, width];
  const pixels = height * width;
  /** Where in the image pixel i of the measurement is. */
  const source = Int32Array.from({ length: pixels }, (_, i) => {
    const corner = 2 * (Math.floor(i / width) % 2) + ((i % width) % 2);
    return 'rgb'.indexOf(pattern[corner]) * pixels + i;
  });
  const seen = new Float32Array(sizeOf(inputShape));
  for (const at of source) seen[at] = 1;
  const apply = (x: FloatArray) => {
    requireShape(x, inputShape);
    const out = zeros(outputShape);
    for (let i = 0; i < pixels; i++) out.data[i] = x.data[source[i]];
    return out;
  };
  const adjoint = (y: FloatArray) => {
    requireShape(y, outputShape);
    const out = zeros(inputShape);
    for (let i = 0; i < pixels; i++) out.data[source[i]] = y.data[i];
    return out;
  };
  const flat = [sizeOf(inputShape)];
  return withLinearization({
    inputShape,
    outputShape,
    apply,
    adjoint,
    normalSolve: (b, rho) => mapArray(b, (value, i) => value / (seen[i] + rho)),
    svd: {
      values: seen,
      toSpectrum: (x) => reshaped(x, flat),
      fromSpectrum: (u) => reshaped(u, inputShape),
      measurementToSpectrum: (y) => reshaped(adjoint(y), flat),
    },
    norm: 1,
    rowScale: 1,
  });
}
