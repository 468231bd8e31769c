/**
 * Orthonormal cosine transforms (DCT-II) of lines of real planes by Makhoul, "A fast cosine transform" (1980). Two
 * lines go through one complex transform, as its two parts.
 *
 * `turns` holds for k < size: cos(πk/2N), then −sin(πk/2N), then the factor that makes the transform orthonormal.
 */
import { BATCH, blockIm, blockRe, openBlock, sizeOf, transformBlock } from './fourier-block';

/**
 * In place: value n of line l is at l·lineStep + n·step of the plane.
 * @param count of lines.
 */
export function cosineLines(
  plan: usize,
  work: usize,
  turns: usize,
  plane: usize,
  count: usize,
  lineStep: usize,
  step: usize,
): void {
  const size = sizeOf(plan);
  for (let first: usize = 0; first < count; first += 2 * BATCH) {
    const lines = min<usize>(2 * BATCH, count - first);
    const batch = openPairs(plan, work, lines);
    const own = plane + ((first * lineStep) << 3);
    for (let n: usize = 0; n < size; n++) {
      const from = own + ((permuted(n, size) * step) << 3);
      for (let line: usize = 0; line < lines; line++) {
        store<f64>(
          partOf(line) + ((n * batch + (line >> 1)) << 3),
          load<f64>(from + ((line * lineStep) << 3)),
        );
      }
    }
    transformBlock(plan, batch);
    for (let k: usize = 0; k < size; k++) {
      const mirrored: usize = k === 0 ? 0 : size - k;
      const scale = 0.5 * load<f64>(turns + ((2 * size + k) << 3));
      const c = scale * load<f64>(turns + (k << 3));
      const s = scale * load<f64>(turns + ((size + k) << 3));
      for (let line: usize = 0; line < lines; line++) {
        const i = (k * batch + (line >> 1)) << 3;
        const j = (mirrored * batch + (line >> 1)) << 3;
        const mine = partOf(line);
        const other = partOf(line + 1);
        const even = load<f64>(mine + i) + load<f64>(mine + j);
        const odd = load<f64>(other + i) - load<f64>(other + j);
        const to = own + ((line * lineStep + k * step) << 3);
        store<f64>(to, line & 1 ? c * even + s * odd : c * even - s * odd);
      }
    }
  }
}

/** The other way. */
export function cosineLinesInverse(
  plan: usize,
  work: usize,
  turns: usize,
  plane: usize,
  count: usize,
  lineStep: usize,
  step: usize,
): void {
  const size = sizeOf(plan);
  for (let first: usize = 0; first < count; first += 2 * BATCH) {
    const lines = min<usize>(2 * BATCH, count - first);
    const batch = openPairs(plan, work, lines);
    const own = plane + ((first * lineStep) << 3);
    // exp(πi·k/2N)·(X[k] − i·X[N−k]) of each line, the second's times i; conjugated, so that the forward transform
    // inverts.
    for (let k: usize = 0; k < size; k++) {
      const mirrored: usize = k === 0 ? 0 : size - k;
      const unit = 1 / (<f64>size * load<f64>(turns + ((2 * size + k) << 3)));
      const unitMirrored = k === 0 ? 0 : 1 / (<f64>size * load<f64>(turns + ((2 * size + mirrored) << 3)));
      const c = load<f64>(turns + (k << 3));
      const s = load<f64>(turns + ((size + k) << 3));
      for (let line: usize = 0; line < lines; line += 2) {
        const a = own + ((line * lineStep) << 3);
        const b = line + 1 < lines ? a + (lineStep << 3) : a;
        const x = unit * load<f64>(a + ((k * step) << 3));
        const y = unitMirrored * load<f64>(a + ((mirrored * step) << 3));
        const x2 = unit * load<f64>(b + ((k * step) << 3));
        const y2 = unitMirrored * load<f64>(b + ((mirrored * step) << 3));
        const i = (k * batch + (line >> 1)) << 3;
        store<f64>(blockRe + i, c * x - s * y + s * x2 + c * y2);
        store<f64>(blockIm + i, s * x + c * y - c * x2 + s * y2);
      }
    }
    transformBlock(plan, batch);
    for (let n: usize = 0; n < size; n++) {
      const to = own + ((permuted(n, size) * step) << 3);
      for (let line: usize = 0; line < lines; line++) {
        const value = load<f64>(partOf(line) + ((n * batch + (line >> 1)) << 3));
        store<f64>(to + ((line * lineStep) << 3), line & 1 ? -value : value);
      }
    }
  }
}

/** A block for so many real lines, empty where one has no partner. */
function openPairs(plan: usize, work: usize, lines: usize): usize {
  const batch = openBlock(plan, work, (lines + 1) >> 1);
  if (lines & 1) memory.fill(blockIm, 0, (sizeOf(plan) * batch) << 3);
  return batch;
}

/** Lines of even number are the real parts of a block. */
function partOf(line: usize): usize {
  return line & 1 ? blockIm : blockRe;
}

/** Makhoul's order: the even samples forwards, then the odd ones backwards. */
function permuted(n: usize, size: usize): usize {
  const even = n << 1;
  return even < size ? even : ((size - n) << 1) - 1;
}
