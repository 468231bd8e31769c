/** The orthonormal cosine transform of 8×8 blocks, in double precision: two lines at a time. */

const SIDE: usize = 8;
/** Bytes of a line, and of a block. */
const LINE: usize = 64;
const BLOCK: usize = 512;

/**
 * A plane to its blocks, one after another, each row by row; the last row and column fill up the last blocks.
 * @param cosines coefficient k of sample n at 4k + n, n < 4: the other samples mirror these. @param scratch two blocks.
 */
export function cosineBlocks(
  plane: usize,
  out: usize,
  height: usize,
  width: usize,
  cosines: usize,
  scratch: usize,
): void {
  for (let top: usize = 0; top < height; top += SIDE) {
    for (let left: usize = 0; left < width; left += SIDE, out += BLOCK) {
      const whole = left + SIDE <= width;
      for (let y: usize = 0; y < SIDE; y++) {
        const row = plane + ((min<usize>(top + y, height - 1) * width) << 3);
        const to = scratch + y * LINE;
        if (whole) memory.copy(to, row + (left << 3), LINE);
        else
          for (let x: usize = 0; x < SIDE; x++) {
            store<f64>(to + (x << 3), load<f64>(row + (min<usize>(left + x, width - 1) << 3)));
          }
      }
      forwardLines(scratch, scratch + BLOCK, cosines);
      forwardLines(scratch + BLOCK, out, cosines);
    }
  }
}

/** The transpose: what lies beyond the plane, which is zero at first, is added to its last row and column. */
export function fromCosineBlocks(
  blocks: usize,
  plane: usize,
  height: usize,
  width: usize,
  cosines: usize,
  scratch: usize,
): void {
  for (let top: usize = 0; top < height; top += SIDE) {
    for (let left: usize = 0; left < width; left += SIDE, blocks += BLOCK) {
      inverseLines(blocks, scratch + BLOCK, cosines);
      inverseLines(scratch + BLOCK, scratch, cosines);
      const whole = top + SIDE <= height && left + SIDE <= width;
      for (let y: usize = 0; y < SIDE; y++) {
        const row = plane + ((min<usize>(top + y, height - 1) * width) << 3);
        const from = scratch + y * LINE;
        if (whole) memory.copy(row + (left << 3), from, LINE);
        else
          for (let x: usize = 0; x < SIDE; x++) {
            const at = row + (min<usize>(left + x, width - 1) << 3);
            store<f64>(at, load<f64>(at) + load<f64>(from + (x << 3)));
          }
      }
    }
  }
}

/** Σ of four products with cosines that lie side by side. */
function sumOfFour(at: usize, a: v128, b: v128, c: v128, d: v128): v128 {
  return f64x2.add(
    f64x2.add(f64x2.mul(v128.load64_splat(at), a), f64x2.mul(v128.load64_splat(at, 8), b)),
    f64x2.add(f64x2.mul(v128.load64_splat(at, 16), c), f64x2.mul(v128.load64_splat(at, 24), d)),
  );
}

/** The cosines of each column become a row. Even ones are symmetric about the middle, odd ones antisymmetric. */
function forwardLines(from: usize, to: usize, cosines: usize): void {
  for (let x: usize = 0; x < LINE; x += 16, from += 16, to += 2 * LINE) {
    const a = v128.load(from);
    const b = v128.load(from, 64);
    const c = v128.load(from, 128);
    const d = v128.load(from, 192);
    const e = v128.load(from, 256);
    const f = v128.load(from, 320);
    const g = v128.load(from, 384);
    const h = v128.load(from, 448);
    const ah = f64x2.add(a, h);
    const bg = f64x2.add(b, g);
    const cf = f64x2.add(c, f);
    const de = f64x2.add(d, e);
    const ahOdd = f64x2.sub(a, h);
    const bgOdd = f64x2.sub(b, g);
    const cfOdd = f64x2.sub(c, f);
    const deOdd = f64x2.sub(d, e);
    for (let k: usize = 0; k < SIDE; k += 2) {
      const own = cosines + (k << 5);
      const even = sumOfFour(own, ah, bg, cf, de);
      const odd = sumOfFour(own + 32, ahOdd, bgOdd, cfOdd, deOdd);
      v128.store(to + (k << 3), v128.shuffle<f64>(even, odd, 0, 2));
      v128.store(to + (k << 3), v128.shuffle<f64>(even, odd, 1, 3), 64);
    }
  }
}

/** Back from the cosines of each column, which becomes a row. @param cosines as above. */
function inverseLines(from: usize, to: usize, cosines: usize): void {
  for (let x: usize = 0; x < LINE; x += 16, from += 16, to += 2 * LINE) {
    for (let n: usize = 0; n < 4; n += 2) {
      const even = backSum(from, cosines + (n << 3));
      const odd = backSum(from + 64, cosines + (n << 3) + 32);
      const even2 = backSum(from, cosines + (n << 3) + 8);
      const odd2 = backSum(from + 64, cosines + (n << 3) + 40);
      const near = f64x2.add(even, odd);
      const near2 = f64x2.add(even2, odd2);
      const far = f64x2.sub(even, odd);
      const far2 = f64x2.sub(even2, odd2);
      const own = to + (n << 3);
      v128.store(own, v128.shuffle<f64>(near, near2, 0, 2));
      v128.store(own, v128.shuffle<f64>(near, near2, 1, 3), 64);
      const mirrored = to + ((6 - n) << 3);
      v128.store(mirrored, v128.shuffle<f64>(far2, far, 0, 2));
      v128.store(mirrored, v128.shuffle<f64>(far2, far, 1, 3), 64);
    }
  }
}

/** Σ over every second coefficient of a column, times its cosine at one sample. */
function backSum(from: usize, cosine: usize): v128 {
  return f64x2.add(
    f64x2.add(
      f64x2.mul(v128.load64_splat(cosine), v128.load(from)),
      f64x2.mul(v128.load64_splat(cosine, 64), v128.load(from, 128)),
    ),
    f64x2.add(
      f64x2.mul(v128.load64_splat(cosine, 128), v128.load(from, 256)),
      f64x2.mul(v128.load64_splat(cosine, 192), v128.load(from, 384)),
    ),
  );
}
