/**
 * The single-pixel camera: one detector, and a mirror array that shows it the scene through one pattern after
 * another.
 */
import { z } from 'zod';
import type { OperatorFamily } from '../family.js';
import { countOf, sampledShape, sampling, sizedShape } from '../parts/size-option.js';
import { sequencyRow, walshHadamard } from './hadamard-transform.js';
import { subsampled } from './subsampled.js';

const options = z.strictObject(sampling);

/**
 * Patterns of ±1/√pixels, Walsh functions of height and width, which are powers of 2. (Mirrors show 0 and 1; the
 * difference of a pattern and its complement is this.) The coarse come first: in order of their sign changes down and
 * across together, among equals those with more down.
 */
export const singlePixel: OperatorFamily<typeof options> = {
  name: 'single-pixel',
  summary: 'a single-pixel camera: the coarsest Walsh–Hadamard patterns, one value each',
  options,
  imageShape: (shape, size) => sampledShape(shape, size, 'single-pixel'),
  create(shape, size) {
    const image = sizedShape(shape, size, 'single-pixel');
    const [, height, width] = image;
    return subsampled(image, {
      transform: walshHadamard(height, width, 'single-pixel'),
      rows: coarsest(countOf(height * width, size), height, width),
    });
  },
};

function coarsest(count: number, height: number, width: number): Int32Array {
  const rows = new Int32Array(count);
  let found = 0;
  for (let changes = 0; found < count; changes++) {
    for (let down = Math.min(changes, height - 1); down >= 0 && found < count; down--) {
      const across = changes - down;
      if (across < width) rows[found++] = sequencyRow(down, height) * width + sequencyRow(across, width);
    }
  }
  return rows;
}
