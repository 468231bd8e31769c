/** JPEG's blocks: cosine transform of 8×8 samples, rounded to multiples of a table that the quality scales. */
import { kernels, room } from '../../src/core/kernels.js';

/** The quantisation tables of ITU-T T.81 Annex K, row by row. */
const LUMA = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/**
 * The tables at a quality from 1 to 100, by the rule of the Independent JPEG Group that nearly all software follows.
 */
export function quantisationTables(quality: number): {
  readonly luma: Uint8Array;
  readonly chroma: Uint8Array;
} {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const scaled = (table: number[]) =>
    Uint8Array.from(table, (step) => Math.min(Math.max(Math.floor((step * percent + 50) / 100), 1), 255));
  return { luma: scaled(LUMA), chroma: scaled(CHROMA) };
}

/**
 * Row k is the cosine of k half-waves over 8 samples, times 8192·√8: the integers that the library's transform
 * (Loeffler, Ligtenberg & Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989) multiplies by,
 * which come of sums of rounded constants and so are not quite the nearest.
 */
const COSINES = Int32Array.of(
  ...[8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192],
  ...[11363, 9633, 6437, 2260, -2260, -6437, -9633, -11363],
  ...[10703, 4433, -4433, -10703, -10703, -4433, 4433, 10703],
  ...[9633, -2259, -11362, -6436, 6436, 11362, 2259, -9633],
  ...[8192, -8192, -8192, 8192, 8192, -8192, -8192, 8192],
  ...[6437, -11362, 2261, 9633, -9633, -2261, 11362, -6437],
  ...[4433, -10704, 10704, -4433, -4433, 10704, -10704, 4433],
  ...[2260, -6436, 9633, -11363, 11363, -9633, 6436, -2260],
);

/** For each of four samples the cosines of the even coefficients, then those of the odd ones. */
const FORWARD = Int32Array.from({ length: 32 }, (_, i) => {
  const [n, odd, j] = [i >> 3, (i >> 2) & 1, i & 3];
  return COSINES[8 * (2 * j + odd) + n];
});
/** For each coefficient the cosines of four samples. */
const INVERSE = Int32Array.from({ length: 32 }, (_, i) => COSINES[8 * (i >> 2) + (i & 3)]);

/** Rows that the kernel sees at a time: whole blocks. */
const STRIP = 64;

/**
 * Samples −128 … 127 as they are after their blocks were rounded to multiples of `steps`; a size that 8 does not divide
 * is filled up by the last row and column. All in integers, as the library does it; in place.
 */
export function quantiseBlocks(
  plane: Float64Array,
  height: number,
  width: number,
  steps: ArrayLike<number>,
): Float64Array {
  const values = STRIP * width;
  const [samples, rounded, table, forward, inverse, block] = room(
    [Float64Array, values],
    [Float64Array, values],
    [Int32Array, 64],
    [Int32Array, 32],
    [Int32Array, 32],
    [Int32Array, 64],
  );
  table.set(steps);
  forward.set(FORWARD);
  inverse.set(INVERSE);
  for (let top = 0; top < height; top += STRIP) {
    const strip = plane.subarray(top * width, Math.min(top + STRIP, height) * width);
    samples.set(strip);
    kernels.quantiseBlocks(samples, rounded, strip.length / width, width, table, forward, inverse, block);
    strip.set(rounded.subarray(0, strip.length));
  }
  return plane;
}
