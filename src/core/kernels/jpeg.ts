/**
 * JPEG's cosine transform of 8×8 blocks, rounded to multiples of a table and transformed back, in integers as its
 * library does.
 */

/**
 * Samples −128 … 127, doubles, as they are after their blocks were rounded; a size that 8 does not divide is filled
 * up by the last row and column.
 * @param steps 64 integers. @param forward the cosines of the even coefficients 0, 2, 4, 6 of sample 0, those of the
 * odd ones, and so on for the samples 1, 2, 3. @param inverse those of the samples 0 … 3 of coefficient 0, 1 … 7.
 * @param block room for 64 integers.
 */
export function quantiseBlocks(
  plane: usize,
  out: usize,
  height: usize,
  width: usize,
  steps: usize,
  forward: usize,
  inverse: usize,
  block: usize,
): void {
  for (let top: usize = 0; top < height; top += 8) {
    for (let left: usize = 0; left < width; left += 8) {
      for (let i: usize = 0; i < 64; i++) {
        const at = min<usize>(top + (i >> 3), height - 1) * width + min<usize>(left + (i & 7), width - 1);
        store<i32>(block + (i << 2), <i32>load<f64>(plane + (at << 3)));
      }
      forwardLines(block, forward, 32, 4, 11);
      forwardLines(block, forward, 4, 32, 15);
      roundBlock(block, steps);
      inverseLines(block, inverse, 4, 32, 11);
      inverseLines(block, inverse, 32, 4, 18);
      const rows = min<usize>(8, height - top);
      const columns = min<usize>(8, width - left);
      for (let y: usize = 0; y < rows; y++) {
        for (let x: usize = 0; x < columns; x++) {
          const value = min<i32>(max<i32>(load<i32>(block + ((8 * y + x) << 2)), -128), 127);
          store<f64>(out + (((top + y) * width + left + x) << 3), <f64>value);
        }
      }
    }
  }
}

/** Coefficients are eightfold here. Halves are rounded away from zero. */
function roundBlock(block: usize, steps: usize): void {
  for (let i: usize = 0; i < 256; i += 4) {
    const step = load<i32>(steps + i);
    const value = load<i32>(block + i);
    const level = ((value < 0 ? -value : value) + 4 * step) / (8 * step);
    store<i32>(block + i, (value < 0 ? -level : level) * step);
  }
}

/** The eight lines' cosines, over 2^bits and rounded, in place: a line's values are `step` bytes apart. */
function forwardLines(block: usize, cosines: usize, lineStep: usize, step: usize, bits: i32): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let line: usize = 0; line < 8; line++, block += lineStep) {
    let even = half;
    let odd = half;
    // Even cosines are symmetric about the middle, odd ones antisymmetric.
    for (let n: usize = 0; n < 4; n++) {
      const near = load<i32>(block + n * step);
      const far = load<i32>(block + (7 - n) * step);
      even = i32x4.add(even, i32x4.mul(i32x4.splat(near + far), v128.load(cosines + 32 * n)));
      odd = i32x4.add(odd, i32x4.mul(i32x4.splat(near - far), v128.load(cosines + 32 * n, 16)));
    }
    even = i32x4.shr_s(even, bits);
    odd = i32x4.shr_s(odd, bits);
    v128.store32_lane(block, even, 0);
    v128.store32_lane(block + step, odd, 0);
    v128.store32_lane(block + 2 * step, even, 1);
    v128.store32_lane(block + 3 * step, odd, 1);
    v128.store32_lane(block + 4 * step, even, 2);
    v128.store32_lane(block + 5 * step, odd, 2);
    v128.store32_lane(block + 6 * step, even, 3);
    v128.store32_lane(block + 7 * step, odd, 3);
  }
}

/** Back from the cosines. */
function inverseLines(block: usize, cosines: usize, lineStep: usize, step: usize, bits: i32): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let line: usize = 0; line < 8; line++, block += lineStep) {
    let even = half;
    let odd = i32x4.splat(0);
    for (let k: usize = 0; k < 8; k += 2) {
      const at = cosines + (k << 4);
      even = i32x4.add(even, i32x4.mul(v128.load32_splat(block + k * step), v128.load(at)));
      odd = i32x4.add(odd, i32x4.mul(v128.load32_splat(block + (k + 1) * step), v128.load(at, 16)));
    }
    const first = i32x4.shr_s(i32x4.add(even, odd), bits);
    const last = i32x4.shr_s(i32x4.sub(even, odd), bits);
    v128.store32_lane(block, first, 0);
    v128.store32_lane(block + step, first, 1);
    v128.store32_lane(block + 2 * step, first, 2);
    v128.store32_lane(block + 3 * step, first, 3);
    v128.store32_lane(block + 4 * step, last, 3);
    v128.store32_lane(block + 5 * step, last, 2);
    v128.store32_lane(block + 6 * step, last, 1);
    v128.store32_lane(block + 7 * step, last, 0);
  }
}
