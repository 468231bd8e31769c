/** The orthonormal cosine transform of a plane's 8×8 blocks; the last row and column fill up the last blocks. */

const SIDE = 8;
/** Row k: √((1 or 2)/8)·cos(πk(2n+1)/16). */
const COSINES = Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
  const [k, n] = [i >> 3, i & 7];
  return Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE));
});

/** Coefficients to `out` from `start` on: block after block, each row by row. */
export function cosineBlocks(
  plane: Float64Array,
  height: number,
  width: number,
  out: Float32Array,
  start: number,
): void {
  const block = new Float64Array(SIDE * SIDE);
  let at = start;
  for (let top = 0; top < height; top += SIDE) {
    for (let left = 0; left < width; left += SIDE, at += SIDE * SIDE) {
      for (let i = 0; i < block.length; i++) {
        const y = Math.min(top + (i >> 3), height - 1);
        block[i] = plane[y * width + Math.min(left + (i & 7), width - 1)];
      }
      forwardLines(block, SIDE, 1);
      forwardLines(block, 1, SIDE);
      out.set(block, at);
    }
  }
}

/** The transpose: planes of coefficients from `start` on, what lies beyond a plane added to its last row and column. */
export function fromCosineBlocks(
  coefficients: Float32Array,
  start: number,
  height: number,
  width: number,
): Float64Array {
  const plane = new Float64Array(height * width);
  const block = new Float64Array(SIDE * SIDE);
  let at = start;
  for (let top = 0; top < height; top += SIDE) {
    for (let left = 0; left < width; left += SIDE, at += SIDE * SIDE) {
      block.set(coefficients.subarray(at, at + SIDE * SIDE));
      inverseLines(block, 1, SIDE);
      inverseLines(block, SIDE, 1);
      for (let i = 0; i < block.length; i++) {
        const y = Math.min(top + (i >> 3), height - 1);
        plane[y * width + Math.min(left + (i & 7), width - 1)] += block[i];
      }
    }
  }
  return plane;
}

/** The cosines of eight lines in place, `apart` from one another, their values `step` apart. */
function forwardLines(block: Float64Array, apart: number, step: number): void {
  for (let line = 0; line < SIDE; line++) {
    const first = line * apart;
    const last = first + 7 * step;
    const [a, b, c, d] = [
      block[first],
      block[first + step],
      block[first + 2 * step],
      block[first + 3 * step],
    ];
    const [h, g, f, e] = [block[last], block[last - step], block[last - 2 * step], block[last - 3 * step]];
    for (let k = 0; k < SIDE; k++) {
      const row = SIDE * k;
      const sign = (k & 1) === 0 ? 1 : -1;
      block[first + k * step] =
        COSINES[row] * (a + sign * h) +
        COSINES[row + 1] * (b + sign * g) +
        COSINES[row + 2] * (c + sign * f) +
        COSINES[row + 3] * (d + sign * e);
    }
  }
}

/** Back from the cosines. */
function inverseLines(block: Float64Array, apart: number, step: number): void {
  const u = new Float64Array(SIDE);
  for (let line = 0; line < SIDE; line++) {
    const first = line * apart;
    for (let k = 0; k < SIDE; k++) u[k] = block[first + k * step];
    for (let n = 0; n < 4; n++) {
      let [even, odd] = [0, 0];
      for (let k = 0; k < SIDE; k += 2) {
        even += COSINES[SIDE * k + n] * u[k];
        odd += COSINES[SIDE * k + SIDE + n] * u[k + 1];
      }
      block[first + n * step] = even + odd;
      block[first + (7 - n) * step] = even - odd;
    }
  }
}
