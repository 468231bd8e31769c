/**
 * Sums along rays by Joseph's method, four images at once: the four values of a pixel lie side by side, and a ray crosses row
 * k of each at column start + k·slope, linearly interpolated between the two nearest.
 */

/** Adding it to a number rounds this to a whole one, which the low bits then hold. */
const ROUND: f64 = 6755399441055744;
/** Samples that are summed apart from the rest, so that rounding in single precision does not add up. */
const PART: usize = 16;

/**
 * `out` holds four sums of each ray. @param stride bytes of a row. @param start, slope doubles, in columns. @param first,
 * count integers: the first row that a ray crosses, and how many.
 */
export function raySums(
  plane: usize,
  stride: usize,
  start: usize,
  slope: usize,
  first: usize,
  count: usize,
  rays: usize,
  out: usize,
): void {
  for (let ray: usize = 0; ray < rays; ray++) {
    const turn = load<f64>(slope + (ray << 3));
    let at = load<f64>(start + (ray << 3)) - 0.5;
    let row = plane + load<u32>(first + (ray << 2)) * stride;
    let sum = f32x4.splat(0);
    for (let left: usize = load<u32>(count + (ray << 2)); left > 0; ) {
      const samples = min<usize>(PART, left);
      left -= samples;
      let part = f32x4.splat(0);
      for (let k: usize = 0; k < samples; k++, at += turn, row += stride) {
        const rounded = at + ROUND;
        const share = f32x4.splat(<f32>(at + 0.5 - (rounded - ROUND)));
        const pixel = row + ((<usize>reinterpret<u64>(rounded)) << 4);
        const near = v128.load(pixel);
        part = f32x4.add(part, f32x4.add(near, f32x4.mul(share, f32x4.sub(v128.load(pixel, 16), near))));
      }
      sum = f32x4.add(sum, part);
    }
    v128.store(out + (ray << 4), sum);
  }
}

/** The transpose: adds the four values of each ray to the pixels that it is summed from. */
export function raySpread(
  plane: usize,
  stride: usize,
  start: usize,
  slope: usize,
  first: usize,
  count: usize,
  rays: usize,
  values: usize,
): void {
  for (let ray: usize = 0; ray < rays; ray++) {
    const turn = load<f64>(slope + (ray << 3));
    const value = v128.load(values + (ray << 4));
    let at = load<f64>(start + (ray << 3)) - 0.5;
    let row = plane + load<u32>(first + (ray << 2)) * stride;
    for (let left: usize = load<u32>(count + (ray << 2)); left > 0; left--, at += turn, row += stride) {
      const rounded = at + ROUND;
      const share = f32x4.splat(<f32>(at + 0.5 - (rounded - ROUND)));
      const pixel = row + ((<usize>reinterpret<u64>(rounded)) << 4);
      const far = f32x4.mul(share, value);
      v128.store(pixel, f32x4.add(v128.load(pixel), f32x4.sub(value, far)));
      v128.store(pixel, f32x4.add(v128.load(pixel, 16), far), 16);
    }
  }
}

/** An image as the four that rays look at, each with a border: as it is, left to right, transposed, and that top to bottom. */
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
