/** JPEG: the picture that is decoded from a file of the image. */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { doubled, FROM_RGB, halfChroma, halved, mixPlanes, TO_RGB } from './chroma.js';
import { clipping } from './clip.js';
import { compose } from './compose.js';
import type { OperatorFamily } from './family.js';
import { quantisationTables, quantiseBlocks } from './jpeg-blocks.js';
import { type ForwardOperator, straightThrough } from './operator.js';
import { type ImageShape, imageShape, requireShape } from './planes.js';

const options = z.strictObject({
  quality: z.int().min(1).max(100).describe('quality from 1 to 100, as most software counts it'),
  chroma: z
    .enum(['half', 'full'])
    .default('half')
    .describe('resolution of the colour differences: half (4:2:0), as in most files, or full (4:4:4)'),
});

/**
 * The whole way to the file and back, with its roundings to 8 bits and of the coefficients (ITU-T T.81, JFIF). Its
 * gradient is straight-through: that of the same way without any rounding, which clips, and blurs colour where that is
 * held at half the resolution.
 */
export const jpeg: OperatorFamily = {
  name: 'jpeg',
  summary: 'JPEG compression: the picture decoded from the file',
  options,
  imageShape: (shape) => imageShape(shape, 'jpeg'),
  create(shape, given) {
    const { quality, chroma } = options.parse(given);
    const image = imageShape(shape, 'jpeg');
    if (image[0] !== 1 && image[0] !== 3) {
      throw new UsageError(`jpeg works on images of 1 or 3 channels, but the image is ${formatShape(shape)}`);
    }
    return straightThrough(
      compressed(image, quality, chroma === 'half'),
      unrounded(image, chroma === 'half'),
    );
  },
};

function unrounded(image: ImageShape, half: boolean): ForwardOperator {
  const clipped = clipping(image, 1);
  return half && image[0] === 3 ? compose([clipped, halfChroma(image[1], image[2]), clipped]) : clipped;
}

function compressed(image: ImageShape, quality: number, half: boolean): (x: FloatArray) => FloatArray {
  const [channels, height, width] = image;
  const pixels = height * width;
  const { luma, chroma } = quantisationTables(quality);
  // Whole blocks of half the width: the library fills up rows before it halves them, and columns after that.
  const padded = 16 * Math.ceil(width / 16);
  const [down, up] = [halved(height, padded), doubled(height, width)];
  // Everywhere the library's own way to round.
  const storeLuma = (plane: Float64Array) => {
    const centred = Int32Array.from(plane, (value) => Math.round(value) - 128);
    return Float64Array.from(quantiseBlocks(centred, height, width, luma), (value) => value + 128);
  };
  const storeDifference = (plane: Float64Array) => {
    const levels = plane.map((value) => Math.ceil(value - 0.5));
    if (!half) return Float64Array.from(quantiseBlocks(Int32Array.from(levels), height, width, chroma));
    const wide = widened(levels, width, padded);
    const [rows, columns] = [(height + 1) >> 1, (width + 1) >> 1];
    const small = Int32Array.from(down.apply(wide), (mean, i) =>
      Math.floor(mean + (i % 2 === 0 ? 0.25 : 0.5)),
    );
    const blocks = quantiseBlocks(small, rows, padded / 2, chroma);
    const kept = widened(Float64Array.from(blocks), padded / 2, columns);
    return up.apply(kept).map((value, i) => Math.floor(value + ((i % width) % 2 === 0 ? 0.5 : 0.4375)));
  };
  return (x) => {
    requireShape(x, image);
    const levels = Array.from({ length: channels }, (_, c) =>
      Float64Array.from(x.data.subarray(c * pixels, (c + 1) * pixels), (value) =>
        Math.round(255 * Math.min(Math.max(value, 0), 1)),
      ),
    );
    const [first, ...differences] = channels === 3 ? mixPlanes(FROM_RGB, levels) : levels;
    const stored = [storeLuma(first), ...differences.map(storeDifference)];
    const out = zeros(image);
    for (const [c, plane] of (channels === 3 ? mixPlanes(TO_RGB, stored) : stored).entries()) {
      for (let i = 0; i < pixels; i++) {
        out.data[c * pixels + i] = Math.min(Math.max(Math.round(plane[i]), 0), 255) / 255;
      }
    }
    return out;
  };
}

/** A plane whose lines are cut off, or go on with their last value. */
function widened(plane: Float64Array, from: number, to: number): Float64Array {
  return Float64Array.from(
    { length: (plane.length / from) * to },
    (_, i) => plane[Math.floor(i / to) * from + Math.min(i % to, from - 1)],
  );
}
