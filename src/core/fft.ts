/**
 * Plans of Fourier transforms of any size in double precision: Stockham's self-sorting passes of radix 4, 2 and odd
 * primes up to 13, Bluestein's chirp transform for what has larger primes. The arithmetic is in kernels/fourier.ts.
 */

import { kernels, room } from './kernels.js';

/** Real and imaginary parts. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** What the kernels know of a size. */
export interface FourierPlan {
  /** To be copied into the kernels' memory. */
  readonly table: Float64Array;
  /** Values of `work` that the kernels need for their blocks of lines. */
  readonly work: number;
}

const LARGEST_RADIX = 13;
/** As in kernels/fourier-block.ts; those between in doubles. */
const BATCH = 10;
const BETWEEN = 32;
const HEADER = 16;

export function fourierPlan(size: number): FourierPlan {
  const radices = radicesOf(size);
  return Math.max(1, ...radices) <= LARGEST_RADIX ? byPasses(size, radices) : byChirp(size);
}

function byPasses(size: number, radices: readonly number[]): FourierPlan {
  const table = new Float64Array(HEADER + 2 * size);
  new Int32Array(table.buffer).set([size, 0, radices.length, ...radices]);
  for (let k = 0; k < size; k++) {
    table[HEADER + k] = Math.cos((-2 * Math.PI * k) / size);
    table[HEADER + size + k] = Math.sin((-2 * Math.PI * k) / size);
  }
  return { table, work: 4 * (BATCH * size + BETWEEN) };
}

/** The chirp exp(πi·n²/size), its spectrum at a power of two over that power, and the plan of the power. */
function byChirp(size: number): FourierPlan {
  const padded = 2 ** Math.ceil(Math.log2(2 * size - 1));
  const inner = byPasses(padded, radicesOf(padded));
  const table = new Float64Array(HEADER + 2 * size + 2 * padded + inner.table.length);
  new Int32Array(table.buffer).set([size, padded]);
  const re = new Float64Array(padded);
  const im = new Float64Array(padded);
  // n² is reduced modulo 2·size, so that the angle keeps its digits.
  for (let n = 0, square = 0; n < size; square = (square + 2 * n + 1) % (2 * size), n++) {
    const angle = (Math.PI * square) / size;
    const mirrored = (padded - n) % padded;
    table[HEADER + n] = re[n] = re[mirrored] = Math.cos(angle);
    table[HEADER + size + n] = im[n] = im[mirrored] = Math.sin(angle);
  }
  transformLines(inner, { re, im }, Int32Array.of(0), 1);
  const scaled = (value: number) => value / padded;
  table.set(re.map(scaled), HEADER + 2 * size);
  table.set(im.map(scaled), HEADER + 2 * size + padded);
  table.set(inner.table, HEADER + 2 * size + 2 * padded);
  return { table, work: 4 * (BATCH * padded + BETWEEN) };
}

/**
 * X[k] = Σₙ x[n]·exp(−2πi·kn/size) of several lines, in place, not normalised.
 * @param starts where each line begins. @param step from one value of a line to the next.
 */
export function transformLines(
  plan: FourierPlan,
  { re, im }: Complex,
  starts: Int32Array,
  step: number,
): void {
  const [table, work, realPart, imaginaryPart, places] = room(
    [Float64Array, plan.table.length],
    [Float64Array, plan.work],
    [Float64Array, re.length],
    [Float64Array, im.length],
    [Int32Array, starts.length],
  );
  table.set(plan.table);
  realPart.set(re);
  imaginaryPart.set(im);
  places.set(starts);
  kernels.complexLines(table, work, realPart, imaginaryPart, places, starts.length, step, 0, 1, 1);
  re.set(realPart);
  im.set(imaginaryPart);
}

/** The smallest size ≥ `size` that has no prime factor above 5. */
export function fastSize(size: number): number {
  let candidate = size;
  while (Math.max(1, ...radicesOf(candidate)) > 5) candidate++;
  return candidate;
}

/** Fours, a two where they leave one, then odd primes. */
function radicesOf(size: number): number[] {
  const radices: number[] = [];
  let rest = size;
  for (const radix of [4, 2]) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  for (let radix = 3; rest > 1; radix = radix * radix > rest ? rest : radix + 2) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  return radices;
}
