/** Blur by a kernel of few weights, in single precision: sixteen pixels at a time, weight by weight. */

/** Pixels at a time; rows are read and written up to so many values, less one, beyond their ends. */
const STEP: usize = 16;

/**
 * out(y, x) = Σₖ weights[k]·plane(y·stride + x + places[k]). `plane` and `out` have STEP values behind their ends.
 * @param places how many values behind a pixel of `plane` a weight's pixel lies, `count` of them as of the weights.
 * @param height of `out`, as `width`. @param stride between rows of `plane`, in values.
 */
export function sumPlaces(
  plane: usize,
  out: usize,
  places: usize,
  weights: usize,
  count: usize,
  height: usize,
  width: usize,
  stride: usize,
): void {
  const end = count << 2;
  for (let y: usize = 0; y < height; y++, plane += stride << 2, out += width << 2) {
    for (let x: usize = 0; x < width << 2; x += STEP << 2) {
      const own = plane + x;
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let c = f32x4.splat(0);
      let d = f32x4.splat(0);
      for (let k: usize = 0; k < end; k += 4) {
        const weight = v128.load32_splat(weights + k);
        const at = own + ((load<u32>(places + k) as usize) << 2);
        a = f32x4.add(a, f32x4.mul(weight, v128.load(at)));
        b = f32x4.add(b, f32x4.mul(weight, v128.load(at, 16)));
        c = f32x4.add(c, f32x4.mul(weight, v128.load(at, 32)));
        d = f32x4.add(d, f32x4.mul(weight, v128.load(at, 48)));
      }
      v128.store(out + x, a);
      v128.store(out + x, b, 16);
      v128.store(out + x, c, 32);
      v128.store(out + x, d, 48);
    }
  }
}
