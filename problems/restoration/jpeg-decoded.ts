/** The picture that the Independent JPEG Group's library decodes from its file of an image, bit for bit. */
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { JpegCoding } from '../../src/core/jpeg-coding.js';
import { type ImageShape, requireShape } from '../parts/planes.js';
import { chromaScaling, FROM_RGB, mixPlane, TO_RGB } from './chroma.js';
import { quantiseBlocks } from './jpeg-blocks.js';

/** @param image as it is stored, 1 or 3 channels. */
export function decodedFile(image: ImageShape, coding: JpegCoding): (x: FloatArray) => FloatArray {
  const [channels, height, width] = image;
  const pixels = height * width;
  const [luma, blue, red = blue] = [0, 64, 128].map((start) => {
    return start < coding.tables.length ? Int32Array.from(coding.tables.slice(start, start + 64)) : undefined;
  });
  const differences = [blue, red].map((steps) => steps && differencePlane(coding, height, width, steps));
  // Luma is about 0 here too, by an offset of 128. Biases are the library's: halves go up in luma and down in the
  // differences, means and sixteenths up and down in turns from column to column.
  const storeLuma = (plane: Float64Array) =>
    quantiseBlocks(floored(plane, width, [-127.5, -127.5]), height, width, luma!);
  const store = [storeLuma, ...differences];
  return (x) => {
    requireShape(x, image);
    const planeOf = (c: number) => levelsOf(x.data.subarray(c * pixels, (c + 1) * pixels));
    const levels = Array.from({ length: channels }, (_, c) => planeOf(c));
    // Whole numbers from −128 to 127: one plane at a time needs more room.
    const stored = levels.map((plane, c) => {
      const mixed = channels === 3 ? mixPlane(FROM_RGB[c], levels) : new Float64Array(plane);
      return new Int8Array(store[c]!(mixed));
    });
    const out = zeros(image);
    for (let c = 0; c < channels; c++) {
      const plane = channels === 3 ? mixPlane(TO_RGB[c], stored) : stored[c];
      writeLevels(plane, out.data.subarray(c * pixels, (c + 1) * pixels));
    }
    return out;
  };
}

/** A colour difference as it comes back from the file. */
function differencePlane(
  { chroma }: JpegCoding,
  height: number,
  width: number,
  steps: Int32Array,
): (plane: Float64Array) => Float64Array {
  const bias = [0.5 - 2 ** -17, 0.5 - 2 ** -17];
  if (chroma === 'full') {
    return (plane) => quantiseBlocks(floored(plane, width, bias), height, width, steps);
  }
  // Whole blocks of half the width: the library fills up rows before it halves them, and columns after that.
  const padded = chroma === 'half-height' ? width : 16 * Math.ceil(width / 16);
  const { rows, columns, down, up } = chromaScaling(chroma, height, padded, width);
  const [smallHeight, smallWidth] = [rows ? (height + 1) >> 1 : height, columns ? padded / 2 : padded];
  const shown = columns ? (width + 1) >> 1 : width;
  const { shrinking, growing } = BIASES[chroma];
  return (plane) => {
    const levels = widened(floored(plane, width, bias), width, padded);
    const small = floored(down.apply(levels), smallWidth, shrinking);
    const kept = quantiseBlocks(small, smallHeight, smallWidth, steps);
    const large = up.apply(widened(kept, smallWidth, shown));
    return chroma === 'half-height' ? flooredRows(large, width, growing) : floored(large, width, growing);
  };
}

/** What is added before means and sums of shares are rounded down, by turns from column to column or row to row. */
const BIASES = {
  half: {
    shrinking: [0.25, 0.5],
    growing: [0.5, 0.4375],
  },
  'half-width': {
    shrinking: [0, 0.5],
    growing: [0.25, 0.5],
  },
  'half-height': {
    shrinking: [0.5, 0.5],
    growing: [0.25, 0.5],
  },
} as const;

/** 0 … 255 from 0 … 1. */
function levelsOf(values: Float32Array): Uint8Array {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.floor(255 * Math.min(Math.max(values[i], 0), 1) + 0.5);
  }
  return out;
}

/** 0 … 1 from −128 … 127 and what lies between the levels and beyond them. */
function writeLevels(plane: ArrayLike<number>, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    out[i] = Math.min(Math.max(Math.floor(plane[i] + 128.5), 0), 255) / 255;
  }
}

/** ⌊value + bias⌋ in place, the bias by turns from column to column. */
function floored(plane: Float64Array, width: number, biases: readonly number[]): Float64Array {
  for (let start = 0; start < plane.length; start += width) {
    for (let x = 0; x < width; x++) plane[start + x] = Math.floor(plane[start + x] + biases[x & 1]);
  }
  return plane;
}

/** The same, by turns from row to row. */
function flooredRows(plane: Float64Array, width: number, biases: readonly number[]): Float64Array {
  return plane.map((value, i) => Math.floor(value + biases[Math.floor(i / width) & 1]));
}

/** A plane whose lines are cut off, or go on with their last value. */
function widened(plane: Float64Array, from: number, to: number): Float64Array {
  if (from === to) return plane;
  const lines = plane.length / from;
  const out = new Float64Array(lines * to);
  for (let line = 0; line < lines; line++) {
    out.set(plane.subarray(line * from, line * from + Math.min(from, to)), line * to);
    if (to > from) out.fill(plane[line * from + from - 1], line * to + from, (line + 1) * to);
  }
  return out;
}
