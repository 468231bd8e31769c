/** Fourier transforms of the lines of planes. Plans and `work` are those of fourier-block.ts. */
import { BATCH, blockIm, blockRe, openBlock, sizeOf, transformBlock } from './fourier-block';

/**
 * Lines of a complex plane in place: value n of a line is at start + step·((n + shift) mod size).
 * @param starts where the lines begin, `count` integers. @param step between values. Both count values.
 * @param sign −1 for the inverse transform, not normalised. @param scale of the result.
 */
export function complexLines(
  plan: usize,
  work: usize,
  re: usize,
  im: usize,
  starts: usize,
  count: usize,
  step: usize,
  shift: usize,
  sign: f64,
  scale: f64,
): void {
  const size = sizeOf(plan);
  for (let first: usize = 0; first < count; first += BATCH) {
    const lines = min<usize>(BATCH, count - first);
    const batch = openBlock(plan, work, lines);
    const own = starts + (first << 2);
    const beside = batch === lines && areNeighbours(own, lines);
    let i: usize = 0;
    for (let n: usize = 0; n < size; n++, i += batch << 3) {
      const place = placeOf(n, shift, size, step);
      if (beside) takeNeighbours(re, im, (startOf(own, 0) + place) << 3, i, lines << 3, sign);
      else {
        for (let b: usize = 0; b < lines; b++) {
          const at = (startOf(own, b) + place) << 3;
          const to = i + (b << 3);
          store<f64>(blockRe + to, load<f64>(re + at));
          store<f64>(blockIm + to, sign * load<f64>(im + at));
        }
      }
    }
    transformBlock(plan, batch);
    i = 0;
    for (let n: usize = 0; n < size; n++, i += batch << 3) {
      const place = placeOf(n, shift, size, step);
      if (beside) putNeighbours(re, im, (startOf(own, 0) + place) << 3, i, lines << 3, sign, scale);
      else {
        for (let b: usize = 0; b < lines; b++) {
          const at = (startOf(own, b) + place) << 3;
          const from = i + (b << 3);
          store<f64>(re + at, scale * load<f64>(blockRe + from));
          store<f64>(im + at, sign * scale * load<f64>(blockIm + from));
        }
      }
    }
  }
}

function startOf(starts: usize, line: usize): usize {
  return load<u32>(starts + (line << 2));
}

/** Whether the lines begin side by side, as columns of a plane do: then vectors carry them. */
function areNeighbours(starts: usize, lines: usize): bool {
  for (let b: usize = 1; b < lines; b++) {
    if (startOf(starts, b) !== startOf(starts, 0) + b) return false;
  }
  return true;
}

/** From the plane, at byte `at`, to the block, at byte `i`, so many bytes of both parts. */
function takeNeighbours(re: usize, im: usize, at: usize, i: usize, length: usize, sign: f64): void {
  const signs = f64x2.splat(sign);
  for (let b: usize = 0; b < length; b += 16) {
    v128.store(blockRe + i + b, v128.load(re + at + b));
    v128.store(blockIm + i + b, f64x2.mul(signs, v128.load(im + at + b)));
  }
}

function putNeighbours(
  re: usize,
  im: usize,
  at: usize,
  i: usize,
  length: usize,
  sign: f64,
  scale: f64,
): void {
  const factor = f64x2.splat(scale);
  const signed = f64x2.splat(sign * scale);
  for (let b: usize = 0; b < length; b += 16) {
    v128.store(re + at + b, f64x2.mul(factor, v128.load(blockRe + i + b)));
    v128.store(im + at + b, f64x2.mul(signed, v128.load(blockIm + i + b)));
  }
}

function placeOf(n: usize, shift: usize, size: usize, step: usize): usize {
  const at = n + shift;
  return step * (at < size ? at : at - size);
}

/**
 * Rows of a real plane [height, width] to their spectra [height, ⌊width/2⌋ + 1]. Rows go through in pairs a, b, as a
 * + ib, whose spectrum Z has (Z(k) ± Z*(−k))/2.
 */
export function realRows(plan: usize, work: usize, plane: usize, re: usize, im: usize, height: usize): void {
  const width = sizeOf(plan);
  const columns = (width >> 1) + 1;
  for (let top: usize = 0; top < height; top += 2 * BATCH) {
    const rows = min<usize>(2 * BATCH, height - top);
    const batch = openBlock(plan, work, (rows + 1) >> 1);
    const line = batch << 3;
    if (rows & 1) memory.fill(blockIm, 0, line * width);
    for (let row: usize = 0; row < rows; row++) {
      let to = (row & 1 ? blockIm : blockRe) + ((row >> 1) << 3);
      let from = plane + (((top + row) * width) << 3);
      for (const end = from + (width << 3); from < end; from += 8, to += line) {
        store<f64>(to, load<f64>(from));
      }
    }
    transformBlock(plan, batch);
    for (let row: usize = 0; row < rows; row += 2) {
      const pair = (row >> 1) << 3;
      let to = ((top + row) * columns) << 3;
      const below = row + 1 < rows ? columns << 3 : 0;
      for (let k: usize = 0; k < columns; k++, to += 8) {
        const i = pair + line * k;
        const j = k === 0 ? pair : pair + line * (width - k);
        const a = load<f64>(blockRe + i);
        const b = load<f64>(blockIm + i);
        const c = load<f64>(blockRe + j);
        const d = load<f64>(blockIm + j);
        // The second first: where there is none it lies in the place of the first.
        store<f64>(re + to + below, 0.5 * (b + d));
        store<f64>(im + to + below, 0.5 * (c - a));
        store<f64>(re + to, 0.5 * (a + c));
        store<f64>(im + to, 0.5 * (b - d));
      }
    }
  }
}

/** The other way, not normalised but by `scale`. */
export function realRowsInverse(
  plan: usize,
  work: usize,
  plane: usize,
  re: usize,
  im: usize,
  height: usize,
  scale: f64,
): void {
  const width = sizeOf(plan);
  const columns = (width >> 1) + 1;
  for (let top: usize = 0; top < height; top += 2 * BATCH) {
    const rows = min<usize>(2 * BATCH, height - top);
    const batch = openBlock(plan, work, (rows + 1) >> 1);
    const line = batch << 3;
    for (let row: usize = 0; row < rows; row += 2) {
      const pair = (row >> 1) << 3;
      let from = ((top + row) * columns) << 3;
      const below = row + 1 < rows ? columns << 3 : 0;
      for (let k: usize = 0; k < columns; k++, from += 8) {
        const a = load<f64>(re + from);
        const b = load<f64>(im + from);
        const c = load<f64>(re + from + below);
        const d = load<f64>(im + from + below);
        // The conjugate of a row's spectrum plus i times the next one's: forwards it makes the inverse's conjugate.
        const i = pair + line * k;
        store<f64>(blockRe + i, a - d);
        store<f64>(blockIm + i, -b - c);
        if (k === 0) continue;
        const j = pair + line * (width - k);
        store<f64>(blockRe + j, a + d);
        store<f64>(blockIm + j, b - c);
      }
    }
    transformBlock(plan, batch);
    for (let row: usize = 0; row < rows; row++) {
      const own = row & 1 ? -scale : scale;
      let from = (row & 1 ? blockIm : blockRe) + ((row >> 1) << 3);
      let to = plane + (((top + row) * width) << 3);
      for (const end = to + (width << 3); to < end; to += 8, from += line) {
        store<f64>(to, own * load<f64>(from));
      }
    }
  }
}
