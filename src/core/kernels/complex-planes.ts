/**
 * Between real images, complex measurements and complex planes. Measurements are pairs [real, imaginary] of single
 * precision, planes have real and imaginary parts apart, in double precision. `count`, of pixels, is even.
 */

/** The real parts of two pairs, in double precision. */
function realOf(pairs: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(pairs, pairs, 0, 2, 0, 2));
}

function imaginaryOf(pairs: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(pairs, pairs, 1, 3, 1, 3));
}

/** re + i·im = map·image, the map in pairs. */
export function lightPlane(image: usize, map: usize, re: usize, im: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const value = f64x2.promote_low_f32x4(v128.load64_zero(image + (i << 2)));
    const pairs = v128.load(map + (i << 3));
    v128.store(re + (i << 3), f64x2.mul(value, realOf(pairs)));
    v128.store(im + (i << 3), f64x2.mul(value, imaginaryOf(pairs)));
  }
}

/** The transpose: adds Re((re + i·im)·map*) to `image`, doubles. */
export function collectPlane(image: usize, map: usize, re: usize, im: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const pairs = v128.load(map + (i << 3));
    const real = f64x2.mul(realOf(pairs), v128.load(re + (i << 3)));
    const imaginary = f64x2.mul(imaginaryOf(pairs), v128.load(im + (i << 3)));
    v128.store(image + (i << 3), f64x2.add(v128.load(image + (i << 3)), f64x2.add(real, imaginary)));
  }
}

/** values = mask·(re + i·im) */
export function planeToPairs(re: usize, im: usize, mask: usize, values: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const kept = f64x2.promote_low_f32x4(v128.load64_zero(mask + (i << 2)));
    const real = f32x4.demote_f64x2_zero(f64x2.mul(kept, v128.load(re + (i << 3))));
    const imaginary = f32x4.demote_f64x2_zero(f64x2.mul(kept, v128.load(im + (i << 3))));
    v128.store(values + (i << 3), v128.shuffle<f32>(real, imaginary, 0, 4, 1, 5));
  }
}

/** re + i·im = mask·values */
export function pairsToPlane(values: usize, mask: usize, re: usize, im: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const kept = f64x2.promote_low_f32x4(v128.load64_zero(mask + (i << 2)));
    const pairs = v128.load(values + (i << 3));
    v128.store(re + (i << 3), f64x2.mul(kept, realOf(pairs)));
    v128.store(im + (i << 3), f64x2.mul(kept, imaginaryOf(pairs)));
  }
}
