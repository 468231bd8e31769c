/** JPEG: the picture that is decoded from a file of the image. */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../src/core/array.js';
import { UsageError } from '../src/core/errors.js';
import { doubled, FROM_RGB, halfChroma, halved, mixPlanes, type Plane, TO_RGB } from './chroma.js';
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
  // Luma is about 0 here too, by an offset of 128. Biases are the library's: halves go up in luma and down in the
  // differences, means and sixteenths up and down in turns from column to column.
  const storeLuma = (plane: Plane) => quantiseBlocks(floored(plane, -127.5), height, width, luma);
  const storeDifference = (plane: Plane) => {
    const levels = floored(plane, 0.5 - 2 ** -17);
    if (!half) return quantiseBlocks(levels, height, width, chroma);
    const [rows, columns] = [(height + 1) >> 1, (width + 1) >> 1];
    const small = floored(down.apply(widened(levels, width, padded)), 0.25, 0.5, padded / 2);
    const kept = widened(quantiseBlocks(small, rows, padded / 2, chroma), padded / 2, columns);
    return floored(up.apply(kept), 0.5, 0.4375, width);
  };
  return (x) => {
    requireShape(x, image);
    const levels = Array.from({ length: channels }, () => new Int32Array(pixels));
    for (const [c, plane] of levels.entries()) {
      for (let i = 0; i < pixels; i++) {
        plane[i] = Math.round(255 * Math.min(Math.max(x.data[c * pixels + i], 0), 1));
      }
    }
    const [first, ...differences] = channels === 3 ? mixPlanes(FROM_RGB, levels) : levels;
    const stored = [storeLuma(first), ...differences.map(storeDifference)];
    const decoded = channels === 3 ? mixPlanes(TO_RGB, stored) : stored;
    const out = zeros(image);
    for (const [c, plane] of decoded.entries()) {
      for (let i = 0; i < pixels; i++) {
        out.data[c * pixels + i] = Math.min(Math.max(Math.round(plane[i] + 128), 0), 255) / 255;
      }
    }
    return out;
  };
}

/** ⌊value + bias⌋, in odd columns with another bias. */
function floored(plane: Plane, bias: number, oddBias = bias, width = plane.length): Int32Array {
  const out = new Int32Array(plane.length);
  for (let start = 0; start < out.length; start += width) {
    for (let x = 0; x < width; x++) {
      out[start + x] = Math.floor(plane[start + x] + (x % 2 === 0 ? bias : oddBias));
    }
  }
  return out;
}

/** A plane whose lines are cut off, or go on with their last value. */
function widened(plane: Int32Array, from: number, to: number): Int32Array {
  const out = new Int32Array((plane.length / from) * to);
  for (let line = 0; line < plane.length / from; line++) {
    for (let x = 0; x < to; x++) out[line * to + x] = plane[line * from + Math.min(x, from - 1)];
  }
  return out;
}
