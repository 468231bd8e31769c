/** Blur by a short separable even kernel, in single precision: eight pixels at a time, row by row. */

/** Pixels at a time; rows are read and written up to so many values, less one, beyond their ends. */
const STEP: usize = 8;

/**
 * out(y, x) = Σ half(|i|)·half(|j|)·image(y + i, x + j) over |i|, |j| ≤ radius. `image` and `out` have STEP values
 * behind their ends, `line` one padded row.
 * @param above for row −radius … height − 1 + radius of a plane, which row stands there. @param beside the same of
 * columns.
 */
export function evenBlur(
  image: usize,
  out: usize,
  line: usize,
  half: usize,
  radius: usize,
  above: usize,
  beside: usize,
  planes: usize,
  height: usize,
  width: usize,
): void {
  const stride = width << 2;
  const margin = radius << 2;
  const middle = line + margin;
  for (let plane: usize = 0; plane < planes; plane++, image += height * stride) {
    for (let y: usize = 0; y < height; y++, out += stride) {
      blurDown(image, middle, half, radius, above + (y << 2), stride);
      for (let i: usize = 0; i < radius; i++) {
        const left: usize = load<u32>(beside + (i << 2));
        const right: usize = load<u32>(beside + ((radius + width + i) << 2));
        store<f32>(line + (i << 2), load<f32>(middle + (left << 2)));
        store<f32>(middle + ((width + i) << 2), load<f32>(middle + (right << 2)));
      }
      blurAlong(middle, out, half, radius, stride);
    }
  }
}

/** @param rows the indices of the 2·radius + 1 rows that are summed. */
function blurDown(image: usize, to: usize, half: usize, radius: usize, rows: usize, stride: usize): void {
  for (let x: usize = 0; x < stride; x += STEP << 2) {
    const own = image + x;
    let at = own + rowOf(rows, radius) * stride;
    let weight = v128.load32_splat(half);
    let a = f32x4.mul(weight, v128.load(at));
    let b = f32x4.mul(weight, v128.load(at, 16));
    for (let j: usize = 1; j <= radius; j++) {
      weight = v128.load32_splat(half + (j << 2));
      at = own + rowOf(rows, radius - j) * stride;
      const below = own + rowOf(rows, radius + j) * stride;
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(at), v128.load(below))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(at, 16), v128.load(below, 16))));
    }
    v128.store(to + x, a);
    v128.store(to + x, b, 16);
  }
}

function rowOf(rows: usize, i: usize): usize {
  return load<u32>(rows + (i << 2));
}

function blurAlong(line: usize, to: usize, half: usize, radius: usize, stride: usize): void {
  for (let x: usize = 0; x < stride; x += STEP << 2) {
    const own = line + x;
    let weight = v128.load32_splat(half);
    let a = f32x4.mul(weight, v128.load(own));
    let b = f32x4.mul(weight, v128.load(own, 16));
    for (let j: usize = 1; j <= radius; j++) {
      weight = v128.load32_splat(half + (j << 2));
      const left = own - (j << 2);
      const right = own + (j << 2);
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(left), v128.load(right))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(left, 16), v128.load(right, 16))));
    }
    v128.store(to + x, a);
    v128.store(to + x, b, 16);
  }
}
