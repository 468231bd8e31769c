/**
 * Fourier transforms of any size in double precision, many lines at once: in JavaScript the inner loop over lines, whose
 * twiddle factors are constants, is what makes it fast. Stockham's self-sorting passes of radix 4, 2 and odd primes up
 * to 13, Bluestein's chirp transform for what has larger primes.
 */

import { passOf, type Roots } from './fft-passes.js';

/**
 * Transforms of `batch` lines of `size` complex values. Value n of line b is at n·batch + b of `re` and `im`: write them,
 * call `transform`, read them (both fields are other arrays afterwards).
 */
export interface Fourier {
  re: Float64Array;
  im: Float64Array;
  /** X[k] = Σₙ x[n]·exp(−2πi·kn/size), not normalised. */
  transform(): void;
}

const LARGEST_RADIX = 13;

export function fourier(size: number, batch: number): Fourier {
  const radices = radicesOf(size);
  return Math.max(1, ...radices) <= LARGEST_RADIX
    ? new Stockham(size, batch, radices)
    : new Bluestein(size, batch);
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

/**
 * Stockham's algorithm, decimation in frequency. A pass takes sub-transforms of length n at stride s to ones of n/radix at
 * stride s·radix; the lines are a first stride.
 */
class Stockham implements Fourier {
  re: Float64Array;
  im: Float64Array;
  private otherRe: Float64Array;
  private otherIm: Float64Array;
  private readonly roots: Roots;

  constructor(
    private readonly size: number,
    private readonly batch: number,
    private readonly radices: readonly number[],
  ) {
    this.re = new Float64Array(size * batch);
    this.im = new Float64Array(size * batch);
    this.otherRe = new Float64Array(size * batch);
    this.otherIm = new Float64Array(size * batch);
    const angles = Float64Array.from({ length: size }, (_, k) => (-2 * Math.PI * k) / size);
    this.roots = { cosine: angles.map(Math.cos), sine: angles.map(Math.sin) };
  }

  transform(): void {
    let length = this.size;
    let stride = this.batch;
    for (const radix of this.radices) {
      passOf(radix)({
        ...this.roots,
        re: this.re,
        im: this.im,
        outRe: this.otherRe,
        outIm: this.otherIm,
        length,
        stride,
      });
      [this.re, this.im, this.otherRe, this.otherIm] = [this.otherRe, this.otherIm, this.re, this.im];
      length /= radix;
      stride *= radix;
    }
  }
}

/**
 * Bluestein, "A linear filtering approach to the computation of the discrete Fourier transform" (1970): a convolution with
 * the chirp exp(πi·n²/size), done at a power of two.
 */
class Bluestein implements Fourier {
  re: Float64Array;
  im: Float64Array;
  private readonly inner: Fourier;
  private readonly padded: number;
  private readonly cosine: Float64Array;
  private readonly sine: Float64Array;
  private readonly chirpRe: Float64Array;
  private readonly chirpIm: Float64Array;

  constructor(
    private readonly size: number,
    private readonly batch: number,
  ) {
    this.re = new Float64Array(size * batch);
    this.im = new Float64Array(size * batch);
    this.padded = 2 ** Math.ceil(Math.log2(2 * size - 1));
    this.inner = fourier(this.padded, batch);
    // n² is reduced modulo 2·size, so that the angle keeps its digits.
    const angles = new Float64Array(size);
    for (let n = 0, square = 0; n < size; square = (square + 2 * n + 1) % (2 * size), n++) {
      angles[n] = (Math.PI * square) / size;
    }
    this.cosine = angles.map(Math.cos);
    this.sine = angles.map(Math.sin);
    const chirp = fourier(this.padded, 1);
    for (let n = 0; n < size; n++) {
      const mirrored = (this.padded - n) % this.padded;
      chirp.re[n] = chirp.re[mirrored] = this.cosine[n];
      chirp.im[n] = chirp.im[mirrored] = this.sine[n];
    }
    chirp.transform();
    this.chirpRe = chirp.re;
    this.chirpIm = chirp.im;
  }

  transform(): void {
    const { re, im, inner, batch, size, padded, cosine, sine } = this;
    inner.re.fill(0);
    inner.im.fill(0);
    for (let n = 0, i = 0; n < size; n++) {
      for (let end = i + batch; i < end; i++) {
        inner.re[i] = re[i] * cosine[n] + im[i] * sine[n];
        inner.im[i] = im[i] * cosine[n] - re[i] * sine[n];
      }
    }
    inner.transform();
    // The conjugate goes into the second forward transform, which makes it an inverse one.
    for (let k = 0, i = 0; k < padded; k++) {
      const [c, s] = [this.chirpRe[k], this.chirpIm[k]];
      for (let end = i + batch; i < end; i++) {
        const product = inner.re[i] * c - inner.im[i] * s;
        inner.im[i] = -(inner.re[i] * s + inner.im[i] * c);
        inner.re[i] = product;
      }
    }
    inner.transform();
    for (let k = 0, i = 0; k < size; k++) {
      const [c, s] = [cosine[k] / padded, sine[k] / padded];
      for (let end = i + batch; i < end; i++) {
        re[i] = inner.re[i] * c - inner.im[i] * s;
        im[i] = -inner.im[i] * c - inner.re[i] * s;
      }
    }
  }
}
