/**
 * Sums along rays by Joseph's method, four images at once: the four values of a pixel lie side by side, and a ray
 * crosses row k of each at column start + k·slope, linearly interpolated between the two nearest.
 */

/** Adding it to a number rounds this to a whole one, which the low bits then hold. */
const ROUND: f64 = 6755399441055744;
/** Rays of neighbouring places meet the same pixels: so many are led through so many rows before they go on. */
const RAYS: usize = 512;
const ROWS: usize = 32;

/**
 * Adds to `sums`, four values of each ray, or where `back` is true adds these to the pixels that they are summed from.
 * @param stride bytes of a row of the plane. @param start, slope doubles, in columns. @param first, count integers: the
 * first row that a ray crosses, and how many.
 */
export function followRays(
  plane: usize,
  rows: usize,
  stride: usize,
  start: usize,
  slope: usize,
  first: usize,
  count: usize,
  rays: usize,
  sums: usize,
  back: bool,
): void {
  for (let group: usize = 0; group < rays; group += RAYS) {
    const groupEnd = min<usize>(group + RAYS, rays);
    for (let top: usize = 0; top < rows; top += ROWS) {
      for (let ray = group; ray < groupEnd; ray++) {
        const origin: usize = load<u32>(first + (ray << 2));
        const begin = max<usize>(origin, top);
        const end = min<usize>(origin + <usize>load<u32>(count + (ray << 2)), top + ROWS);
        if (begin >= end) continue;
        const turn = load<f64>(slope + (ray << 3));
        const at = load<f64>(start + (ray << 3)) + <f64>(begin - origin) * turn;
        const row = plane + begin * stride;
        const own = sums + (ray << 4);
        if (back) spreadSamples(row, stride, at, turn, end - begin, v128.load(own));
        else v128.store(own, f32x4.add(v128.load(own), sumOfSamples(row, stride, at, turn, end - begin)));
      }
    }
  }
}

function sumOfSamples(row: usize, stride: usize, at: f64, turn: f64, count: usize): v128 {
  let sum = f32x4.splat(0);
  for (; count > 0; count--, at += turn, row += stride) {
    const rounded = at - 0.5 + ROUND;
    const share = f32x4.splat(<f32>(at - (rounded - ROUND)));
    const pixel = row + ((<usize>reinterpret<u64>(rounded)) << 4);
    const near = v128.load(pixel);
    sum = f32x4.add(sum, f32x4.add(near, f32x4.mul(share, f32x4.sub(v128.load(pixel, 16), near))));
  }
  return sum;
}

function spreadSamples(row: usize, stride: usize, at: f64, turn: f64, count: usize, value: v128): void {
  for (; count > 0; count--, at += turn, row += stride) {
    const rounded = at - 0.5 + ROUND;
    const share = f32x4.splat(<f32>(at - (rounded - ROUND)));
    const pixel = row + ((<usize>reinterpret<u64>(rounded)) << 4);
    const far = f32x4.mul(share, value);
    v128.store(pixel, f32x4.add(v128.load(pixel), f32x4.sub(value, far)));
    v128.store(pixel, f32x4.add(v128.load(pixel, 16), far), 16);
  }
}

/**
 * An image as the four that rays look at, each with a border: as it is, left to right, transposed, and that top to
 * bottom.
 */
export function turnImage(image: usize, plane: usize, height: usize, width: usize, stride: usize): void {
  for (let y: usize = 0; y < height; y++) {
    for (let x: usize = 0; x < width; x++, image += 4) {
      const value = load<f32>(image);
      store<f32>(plane + y * stride + ((x + 1) << 4), value);
      store<f32>(plane + y * stride + ((width - x) << 4), value, 4);
      store<f32>(plane + x * stride + ((y + 1) << 4), value, 8);
      store<f32>(plane + x * stride + ((height - y) << 4), value, 12);
    }
  }
}

/** The transpose: the sum of the four, turned back. */
export function turnBack(plane: usize, image: usize, height: usize, width: usize, stride: usize): void {
  for (let y: usize = 0; y < height; y++) {
    for (let x: usize = 0; x < width; x++, image += 4) {
      const upright = load<f32>(plane + y * stride + ((x + 1) << 4));
      const mirrored = load<f32>(plane + y * stride + ((width - x) << 4), 4);
      const flat = load<f32>(plane + x * stride + ((y + 1) << 4), 8);
      const both = load<f32>(plane + x * stride + ((height - y) << 4), 12);
      store<f32>(image, upright + mirrored + (flat + both));
    }
  }
}
