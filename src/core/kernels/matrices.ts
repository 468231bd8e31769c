/** Products with small matrices, dense or with few weights in a row, in double precision. */

/** Pixels that are widened to double precision together: few enough for the processor's fast cache. */
const PART: usize = 128;

/**
 * out[row] = Σ matrix[row, column]·image[column] for planes of single precision.
 * @param matrix doubles [rows, columns]. @param wide room for PART·columns doubles. @param pixels a multiple of 8.
 */
export function mixPlanes(
  matrix: usize,
  rows: usize,
  columns: usize,
  image: usize,
  wide: usize,
  out: usize,
  pixels: usize,
): void {
  for (let first: usize = 0; first < pixels; first += PART) {
    const count = min<usize>(PART, pixels - first);
    for (let column: usize = 0; column < columns; column++) {
      const from = image + ((column * pixels + first) << 2);
      const to = wide + ((column * PART) << 3);
      for (let i: usize = 0; i < count; i += 2) {
        v128.store(to + (i << 3), f64x2.promote_low_f32x4(v128.load64_zero(from + (i << 2))));
      }
    }
    for (let row: usize = 0; row < rows; row++) {
      const weights = matrix + ((row * columns) << 3);
      for (let i: usize = 0; i < count; i += 8) {
        let at = wide + (i << 3);
        let a = f64x2.splat(0);
        let b = f64x2.splat(0);
        let c = f64x2.splat(0);
        let d = f64x2.splat(0);
        for (let column: usize = 0; column < columns; column++, at += PART << 3) {
          const weight = v128.load64_splat(weights + (column << 3));
          a = f64x2.add(a, f64x2.mul(weight, v128.load(at)));
          b = f64x2.add(b, f64x2.mul(weight, v128.load(at, 16)));
          c = f64x2.add(c, f64x2.mul(weight, v128.load(at, 32)));
          d = f64x2.add(d, f64x2.mul(weight, v128.load(at, 48)));
        }
        const to = out + ((row * pixels + first + i) << 2);
        v128.store64_lane(to, f32x4.demote_f64x2_zero(a), 0);
        v128.store64_lane(to, f32x4.demote_f64x2_zero(b), 0, 8);
        v128.store64_lane(to, f32x4.demote_f64x2_zero(c), 0, 16);
        v128.store64_lane(to, f32x4.demote_f64x2_zero(d), 0, 24);
      }
    }
  }
}

/**
 * out[i] = Σ_t weights[i·taps + t]·image[indices[i·taps + t]], whole rows of doubles.
 * @param count of rows that are made. @param width even.
 */
export function sumRows(
  indices: usize,
  weights: usize,
  taps: usize,
  count: usize,
  image: usize,
  out: usize,
  width: usize,
): void {
  const stride = width << 3;
  for (let i: usize = 0; i < count; i++, out += stride, indices += taps << 2, weights += taps << 3) {
    for (let x: usize = 0; x < stride; x += 16) {
      let sum = f64x2.splat(0);
      for (let t: usize = 0; t < taps; t++) {
        const weight = v128.load64_splat(weights + (t << 3));
        sum = f64x2.add(
          sum,
          f64x2.mul(weight, v128.load(image + x + <usize>load<u32>(indices + (t << 2)) * stride)),
        );
      }
      v128.store(out + x, sum);
    }
  }
}

/** The same along each of `lines` rows, from ones of `from` values to ones of `count`. */
export function sumAlong(
  indices: usize,
  weights: usize,
  taps: usize,
  count: usize,
  image: usize,
  out: usize,
  from: usize,
  lines: usize,
): void {
  for (let line: usize = 0; line < lines; line++, image += from << 3) {
    for (let i: usize = 0; i < count; i++, out += 8) {
      let sum: f64 = 0;
      for (let t = i * taps, end = t + taps; t < end; t++) {
        const at: usize = load<u32>(indices + (t << 2));
        sum += load<f64>(weights + (t << 3)) * load<f64>(image + (at << 3));
      }
      store<f64>(out, sum);
    }
  }
}
