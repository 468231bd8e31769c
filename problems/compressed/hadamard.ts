/** Compressed sensing with a random part of a fast transform of the image. */
import { z } from 'zod';
import { keyedRandom } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import { randomOrder, randomSubset } from '../parts/selection.js';
import { countOf, sampledShape, sampling, sizedShape } from '../parts/size-option.js';
import { walshHadamard } from './hadamard-transform.js';
import { cosineTransform, subsampled } from './subsampled.js';

const options = z.strictObject({
  ...sampling,
  transform: z
    .enum(['hadamard', 'dct'])
    .default('hadamard')
    .describe('orthonormal rows: Hadamard’s, for heights and widths that are powers of 2, or cosines'),
  scramble: z
    .boolean()
    .default(true)
    .describe('puts the pixels in random order first, so that every row sees all frequencies'),
  seed: z.int().default(0).describe('chooses the rows and the order'),
});

/** The first measured value of a channel is always √pixels times its mean. */
export const hadamard: OperatorFamily<typeof options> = {
  name: 'hadamard',
  summary: 'compressed sensing: random rows of the Hadamard or cosine transform of the scrambled image',
  options,
  imageShape: (shape, size) => sampledShape(shape, size, 'hadamard'),
  create(shape, { transform, scramble, seed, ...size }) {
    const image = sizedShape(shape, size, 'hadamard');
    const [, height, width] = image;
    const pixels = height * width;
    const random = keyedRandom(seed, 'hadamard', 0);
    const others = randomSubset(countOf(pixels, size) - 1, pixels - 1, random('rows', height, width));
    return subsampled(image, {
      transform:
        transform === 'dct' ? cosineTransform(height, width) : walshHadamard(height, width, 'hadamard'),
      rows: Int32Array.of(0, ...others.map((row) => row + 1)),
      order: scramble ? randomOrder(pixels, random('order', height, width)) : undefined,
    });
  },
};
