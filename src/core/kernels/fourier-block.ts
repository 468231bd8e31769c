/**
 * Fourier transforms of a block of lines at once: the same arithmetic for each, two in one instruction.
 *
 * A plan is what `src/core/fft.ts` writes: a header of 32 integers (size; the power of two of Bluestein's algorithm
 * or 0; number of passes; their radices), then the roots of unity, for Bluestein instead the chirp, its spectrum and
 * the plan of the power of two. `work` has room for four blocks.
 */
import { pass } from './fourier-passes';

/**
 * Lines of a block: few enough for the processor's fast cache, even, and no power of two, which with the bytes
 * between parts of a block spreads in the cache what a pass reads and writes at a time.
 */
export const BATCH: usize = 10;
const BETWEEN: usize = 256;
const HEADER: usize = 128;

/** The block at work: value n of line b is at n·batch + b. A pass swaps it with the other. */
export let blockRe: usize = 0;
export let blockIm: usize = 0;
let otherRe: usize = 0;
let otherIm: usize = 0;

export function sizeOf(plan: usize): usize {
  return load<u32>(plan);
}

function paddedOf(plan: usize): usize {
  return load<u32>(plan, 4);
}

/** An empty block of as many lines, made even; returns that number. */
export function openBlock(plan: usize, work: usize, lines: usize): usize {
  const batch = (lines + 1) & ~1;
  const padded = paddedOf(plan);
  const length = padded === 0 ? sizeOf(plan) : padded;
  const span = ((length * batch) << 3) + BETWEEN;
  blockRe = work;
  blockIm = work + span;
  otherRe = work + 2 * span;
  otherIm = work + 3 * span;
  if (batch !== lines) memory.fill(work, 0, 2 * span);
  return batch;
}

/** X[k] = Σₙ x[n]·exp(−2πi·kn/size) of every line of the block. */
export function transformBlock(plan: usize, batch: usize): void {
  if (paddedOf(plan) !== 0) transformByChirp(plan, batch);
  else transformByPasses(plan, batch);
}

function transformByPasses(plan: usize, batch: usize): void {
  const size = sizeOf(plan);
  const passes: usize = load<u32>(plan, 8);
  let length = size;
  let stride = batch << 3;
  for (let i: usize = 0; i < passes; i++) {
    const radix: usize = load<u32>(plan + (i << 2), 12);
    pass(radix, size, plan + HEADER, blockRe, blockIm, otherRe, otherIm, length, stride);
    const re = blockRe;
    const im = blockIm;
    blockRe = otherRe;
    blockIm = otherIm;
    otherRe = re;
    otherIm = im;
    length /= radix;
    stride *= radix;
  }
}

/**
 * Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform" (1970): a convolution
 * with the chirp exp(πi·n²/size), done at a power of two.
 */
function transformByChirp(plan: usize, batch: usize): void {
  const size = sizeOf(plan);
  const padded = paddedOf(plan);
  const chirp = plan + HEADER;
  const spectrum = chirp + ((2 * size) << 3);
  const inner = spectrum + ((2 * padded) << 3);
  const filled = (size * batch) << 3;
  const empty = ((padded * batch) << 3) - filled;
  multiplyBlock(chirp, size, -1, 1, batch);
  memory.fill(blockRe + filled, 0, empty);
  memory.fill(blockIm + filled, 0, empty);
  transformByPasses(inner, batch);
  // The conjugate goes into the second forward transform, which makes it an inverse one.
  multiplyBlock(spectrum, padded, 1, -1, batch);
  transformByPasses(inner, batch);
  multiplyBlock(chirp, size, 1, -1, batch);
}

/** Value n of every line times factor n, or its conjugate where `turn` is −1; then the conjugate where `sign` is −1. */
function multiplyBlock(factors: usize, size: usize, turn: f64, sign: f64, batch: usize): void {
  const signs = f64x2.splat(sign);
  const turns = f64x2.splat(turn);
  let i: usize = 0;
  for (let n: usize = 0; n < size; n++) {
    const at = factors + (n << 3);
    const c = v128.load_splat<f64>(at);
    const s = f64x2.mul(turns, v128.load_splat<f64>(at + (size << 3)));
    for (const end = i + (batch << 3); i < end; i += 16) {
      const re = v128.load(blockRe + i);
      const im = v128.load(blockIm + i);
      v128.store(blockRe + i, f64x2.sub(f64x2.mul(re, c), f64x2.mul(im, s)));
      v128.store(blockIm + i, f64x2.mul(signs, f64x2.add(f64x2.mul(re, s), f64x2.mul(im, c))));
    }
  }
}
