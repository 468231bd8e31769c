/** JPEG: the picture that is decoded from a file of the image. */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { compose } from '../algebra/compose.js';
import type { OperatorFamily } from '../family.js';
import { type ForwardOperator, straightThrough } from '../operator.js';
import { type ImageShape, imageShape, requireShape } from '../parts/planes.js';
import { doubled, FROM_RGB, halfChroma, halved, mixPlanes, TO_RGB } from './chroma.js';
import { clipping } from './clip.js';
import { quantisationTables, quantiseBlocks } from './jpeg-blocks.js';

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
export const jpeg: OperatorFamily<typeof options> = {
  name: 'jpeg',
  summary: 'JPEG compression: the picture decoded from the file',
  options,
  imageShape: (shape) => imageShape(shape, 'jpeg'),
  create(shape, { quality, chroma }) {
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
  const storeLuma = (plane: Float64Array) =>
    quantiseBlocks(floored(plane, -127.5, -127.5, width), height, width, luma);
  const storeDifference = (plane: Float64Array) => {
    const bias = 0.5 - 2 ** -17;
    const levels = floored(plane, bias, bias, width);
    if (!half) return quantiseBlocks(levels, height, width, chroma);
    const [rows, columns] = [(height + 1) >> 1, (width + 1) >> 1];
    const small = floored(down.apply(widened(levels, width, padded)), 0.25, 0.5, padded / 2);
    const kept = widened(quantiseBlocks(small, rows, padded / 2, chroma), padded / 2, columns);
    return floored(up.apply(kept), 0.5, 0.4375, width);
  };
  return (x) => {
    requireShape(x, image);
    const levels = Array.from({ length: channels }, (_, c) =>
      levelsOf(x.data.subarray(c * pixels, (c + 1) * pixels)),
    );
    const [first, ...differences] = channels === 3 ? mixPlanes(FROM_RGB, levels) : levels;
    const stored = [storeLuma(first), ...differences.map(storeDifference)];
    const out = zeros(image);
    for (const [c, plane] of (channels === 3 ? mixPlanes(TO_RGB, stored) : stored).entries()) {
      writeLevels(plane, out.data.subarray(c * pixels, (c + 1) * pixels));
    }
    return out;
  };
}

/** 0 … 255 from 0 … 1. */
function levelsOf(values: Float32Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.floor(255 * Math.min(Math.max(values[i], 0), 1) + 0.5);
  }
  return out;
}

/** 0 … 1 from −128 … 127 and what lies between the levels and beyond them. */
function writeLevels(plane: Float64Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.min(Math.max(Math.floor(plane[i] + 128.5), 0), 255) / 255;
  }
}

/** ⌊value + bias⌋, the bias by turns from column to column. */
function floored(plane: Float64Array, even: number, odd: number, width: number): Float64Array {
  const out = new Float64Array(plane.length);
  for (let start = 0; start < out.length; start += width) {
    for (let x = 0; x < width; x++) {
      out[start + x] = Math.floor(plane[start + x] + ((x & 1) === 0 ? even : odd));
    }
  }
  return out;
}

/** A plane whose lines are cut off, or go on with their last value. */
function widened(plane: Float64Array, from: number, to: number): Float64Array {
  const lines = plane.length / from;
  const out = new Float64Array(lines * to);
  for (let line = 0; line < lines; line++) {
    out.set(plane.subarray(line * from, line * from + Math.min(from, to)), line * to);
    if (to > from) out.fill(plane[line * from + from - 1], line * to + from, (line + 1) * to);
  }
  return out;
}
