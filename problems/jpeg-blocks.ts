/** JPEG's blocks: cosine transform of 8×8 samples, rounded to multiples of a table that the quality scales. */

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

/** The tables at a quality from 1 to 100, by the rule of the Independent JPEG Group that nearly all software follows. */
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
 * Row k is the cosine of k half-waves over 8 samples, times 8192·√8: the integers that the library's transform (Loeffler,
 * Ligtenberg & Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989) multiplies by, which come of
 * sums of rounded constants and so are not quite the nearest.
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

/**
 * Samples −128 … 127 as they are after their blocks were rounded to multiples of `steps`; a size that 8 does not divide
 * is filled up by the last row and column. All in integers, as the library does it.
 */
export function quantiseBlocks(
  plane: Float64Array,
  height: number,
  width: number,
  steps: Uint8Array,
): Float64Array {
  const out = new Float64Array(plane.length);
  const block = new Int32Array(64);
  const half = new Int32Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let i = 0; i < 64; i++) {
        const y = Math.min(top + (i >> 3), height - 1);
        block[i] = plane[y * width + Math.min(left + (i & 7), width - 1)];
      }
      forwardRows(block, half, 11);
      forwardRows(half, block, 15);
      // Coefficients are eightfold here. Halves are rounded away from zero.
      for (let i = 0; i < 64; i++) {
        const level = Math.floor((Math.abs(block[i]) + 4 * steps[i]) / (8 * steps[i]));
        block[i] = Math.sign(block[i]) * level * steps[i];
      }
      transpose(block);
      inverseRows(block, half, 11);
      inverseRows(half, block, 18);
      transpose(block);
      const [rows, columns] = [Math.min(8, height - top), Math.min(8, width - left)];
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          out[(top + y) * width + left + x] = Math.min(Math.max(block[8 * y + x], -128), 127);
        }
      }
    }
  }
  return out;
}

/** Each row of `input` to its cosines, over 2^bits and rounded, in a column of `output`. */
function forwardRows(input: Int32Array, output: Int32Array, bits: number): void {
  const half = 1 << (bits - 1);
  for (let row = 0; row < 8; row++) {
    const at = 8 * row;
    for (let k = 0; k < 8; k++) {
      // Even cosines are symmetric about the middle, odd ones antisymmetric.
      const sign = k % 2 === 0 ? 1 : -1;
      let sum = half;
      for (let n = 0; n < 4; n++) {
        sum += COSINES[8 * k + n] * (input[at + n] + sign * input[at + 7 - n]);
      }
      output[8 * k + row] = sum >> bits;
    }
  }
}

/** Back from the cosines in each row of `input`, over 2^bits and rounded, to a column of `output`. */
function inverseRows(input: Int32Array, output: Int32Array, bits: number): void {
  const half = 1 << (bits - 1);
  for (let row = 0; row < 8; row++) {
    const at = 8 * row;
    for (let n = 0; n < 4; n++) {
      let even = half;
      let odd = 0;
      for (let k = 0; k < 8; k += 2) {
        even += COSINES[8 * k + n] * input[at + k];
        odd += COSINES[8 * k + 8 + n] * input[at + k + 1];
      }
      output[8 * n + row] = (even + odd) >> bits;
      output[8 * (7 - n) + row] = (even - odd) >> bits;
    }
  }
}

function transpose(block: Int32Array): void {
  for (let y = 1; y < 8; y++) {
    for (let x = 0; x < y; x++) {
      const other = block[8 * x + y];
      block[8 * x + y] = block[8 * y + x];
      block[8 * y + x] = other;
    }
  }
}
