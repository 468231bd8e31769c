/**
 * Fourier transforms of any size in double precision: fft.js for powers of two, one Cooley–Tukey step for small odd
 * multiples of them, Bluestein's chirp transform for the rest. Complex arrays are interleaved [re, im, …].
 *
 * Only the forward transform is built: a real array is the forward transform of its conjugated spectrum, over N.
 */
import FFT from 'fft.js';
import type { Vector } from './vector.js';

/** out[k] = Σₙ input[n]·exp(−2πi·kn/size), not normalised. `out` and `input` must differ. */
export type Fourier = (input: Float64Array, out: Float64Array) => void;

/** The largest odd factor that is summed directly; above it Bluestein's detour is cheaper. */
const LARGEST_ODD = 15;

/** Plans the transform of complex arrays of `size` values (2·size numbers). */
export function fourier(size: number): Fourier {
  const odd = oddPart(size);
  if (size === 1) return (input, out) => out.set(input);
  if (odd === 1) {
    const fft = new FFT(size);
    return (input, out) => fft.transform(out, input);
  }
  return odd <= LARGEST_ODD ? cooleyTukey(size, odd) : bluestein(size);
}

/** The smallest size ≥ `size` whose transform is fast: a power of two times 1, 3, 5, … 15. */
export function fastSize(size: number): number {
  let candidate = size;
  while (oddPart(candidate) > LARGEST_ODD) candidate++;
  return candidate;
}

function oddPart(size: number): number {
  return size / (size & -size);
}

/** Decimation in time: `odd` transforms of size/odd values, then direct sums of `odd` terms. */
function cooleyTukey(size: number, odd: number): Fourier {
  const part = size / odd;
  const transform = fourier(part);
  const input = new Float64Array(2 * part);
  const parts = Array.from({ length: odd }, () => new Float64Array(2 * part));
  const [cosine, sine] = roots(size);
  return (data, out) => {
    for (let r = 0; r < odd; r++) {
      for (let n = 0; n < part; n++) {
        input[2 * n] = data[2 * (n * odd + r)];
        input[2 * n + 1] = data[2 * (n * odd + r) + 1];
      }
      transform(input, parts[r]);
    }
    for (let k = 0; k < size; k++) {
      const at = 2 * (k % part);
      let re = 0;
      let im = 0;
      for (let r = 0, turn = 0; r < odd; r++) {
        const values = parts[r];
        re += cosine[turn] * values[at] + sine[turn] * values[at + 1];
        im += cosine[turn] * values[at + 1] - sine[turn] * values[at];
        turn += k;
        if (turn >= size) turn -= size;
      }
      out[2 * k] = re;
      out[2 * k + 1] = im;
    }
  };
}

/** Bluestein, "A linear filtering approach to the computation of discrete Fourier transform" (1970). */
function bluestein(size: number): Fourier {
  const padded = 2 ** Math.ceil(Math.log2(2 * size - 1));
  const transform = fourier(padded);
  // exp(−πi·n²/size), with n² reduced modulo 2·size so that the angle keeps its digits.
  const [rootCosine, rootSine] = roots(2 * size);
  const cosine = new Float64Array(size);
  const sine = new Float64Array(size);
  for (let n = 0, square = 0; n < size; n++) {
    cosine[n] = rootCosine[square];
    sine[n] = rootSine[square];
    square = (square + 2 * n + 1) % (2 * size);
  }
  const a = new Float64Array(2 * padded);
  const b = new Float64Array(2 * padded);
  const chirp = new Float64Array(2 * padded);
  for (let n = 0; n < size; n++) {
    const mirrored = (padded - n) % padded;
    a[2 * n] = a[2 * mirrored] = cosine[n];
    a[2 * n + 1] = a[2 * mirrored + 1] = sine[n];
  }
  transform(a, chirp);
  return (input, out) => {
    a.fill(0);
    for (let n = 0; n < size; n++) {
      const re = input[2 * n];
      const im = input[2 * n + 1];
      a[2 * n] = re * cosine[n] + im * sine[n];
      a[2 * n + 1] = im * cosine[n] - re * sine[n];
    }
    transform(a, b);
    for (let i = 0; i < b.length; i += 2) {
      a[i] = b[i] * chirp[i] - b[i + 1] * chirp[i + 1];
      a[i + 1] = -(b[i] * chirp[i + 1] + b[i + 1] * chirp[i]);
    }
    transform(a, b);
    for (let k = 0; k < size; k++) {
      const re = b[2 * k] / padded;
      const im = -b[2 * k + 1] / padded;
      out[2 * k] = re * cosine[k] + im * sine[k];
      out[2 * k + 1] = im * cosine[k] - re * sine[k];
    }
  };
}

/** cos and sin of 2πk/size for k = 0 … size−1. */
function roots(size: number): [Float64Array, Float64Array] {
  const angles = Float64Array.from({ length: size }, (_, k) => (2 * Math.PI * k) / size);
  return [angles.map(Math.cos), angles.map(Math.sin)];
}

/**
 * The transform of real planes [height, width]. A spectrum holds the frequencies kx = 0 … ⌊width/2⌋ (the others are
 * conjugates), transposed: entry (kx, ky) is at 2·(kx·height + ky). The plan reuses its scratch space.
 */
export class RealFft2d {
  /** Number of kept horizontal frequencies. */
  readonly columns: number;
  private readonly rowTransform: Fourier;
  private readonly columnTransform: Fourier;
  private readonly rowIn: Float64Array;
  private readonly rowOut: Float64Array;
  private readonly column: Float64Array;
  private readonly transposed: Float64Array;
  /** Distance of columns in `transposed`; not a power of two, for the sake of the cache. */
  private readonly stride: number;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.columns = (width >> 1) + 1;
    this.rowTransform = fourier(width);
    this.columnTransform = height === width ? this.rowTransform : fourier(height);
    this.rowIn = new Float64Array(2 * width);
    this.rowOut = new Float64Array(2 * width);
    this.column = new Float64Array(2 * height);
    this.stride = 2 * height + 12;
    this.transposed = new Float64Array(this.columns * this.stride);
  }

  /** An array for one spectrum. */
  spectrum(): Float64Array {
    return new Float64Array(2 * this.columns * this.height);
  }

  /** Transforms the plane that starts at `offset` of `data`; rows go through in pairs, as real and imaginary part. */
  forward(data: Vector, offset: number, spectrum: Float64Array): void {
    const { height, width, columns, rowIn, rowOut, transposed, stride, column } = this;
    for (let y = 0; y < height; y += 2) {
      const first = offset + y * width;
      const second = first + width;
      const paired = y + 1 < height;
      for (let x = 0; x < width; x++) {
        rowIn[2 * x] = data[first + x];
        rowIn[2 * x + 1] = paired ? data[second + x] : 0;
      }
      this.rowTransform(rowIn, rowOut);
      for (let k = 0; k < columns; k++) {
        const mirrored = k === 0 ? 0 : 2 * (width - k);
        const re = 0.5 * rowOut[2 * k];
        const im = 0.5 * rowOut[2 * k + 1];
        const mirroredRe = 0.5 * rowOut[mirrored];
        const mirroredIm = 0.5 * rowOut[mirrored + 1];
        const at = k * stride + 2 * y;
        transposed[at] = re + mirroredRe;
        transposed[at + 1] = im - mirroredIm;
        transposed[at + 2] = im + mirroredIm;
        transposed[at + 3] = mirroredRe - re;
      }
    }
    for (let k = 0; k < columns; k++) {
      column.set(transposed.subarray(k * stride, k * stride + 2 * height));
      this.columnTransform(column, spectrum.subarray(2 * k * height, 2 * (k + 1) * height));
    }
  }

  /** The real plane whose spectrum this is, written to `data` from `offset` on. */
  inverse(spectrum: Float64Array, data: Vector, offset: number): void {
    const { height, width, columns, rowIn, rowOut, transposed, stride, column } = this;
    for (let k = 0; k < columns; k++) {
      const from = 2 * k * height;
      for (let i = 0; i < 2 * height; i += 2) {
        column[i] = spectrum[from + i];
        column[i + 1] = -spectrum[from + i + 1];
      }
      this.columnTransform(column, transposed.subarray(k * stride, k * stride + 2 * height));
    }
    const scale = 1 / (width * height);
    for (let y = 0; y < height; y += 2) {
      const paired = y + 1 < height;
      for (let k = 0; k < columns; k++) {
        const at = k * stride + 2 * y;
        const re = transposed[at];
        const im = transposed[at + 1];
        const re2 = paired ? transposed[at + 2] : 0;
        const im2 = paired ? transposed[at + 3] : 0;
        rowIn[2 * k] = re - im2;
        rowIn[2 * k + 1] = im + re2;
        if (k > 0) {
          rowIn[2 * (width - k)] = re + im2;
          rowIn[2 * (width - k) + 1] = re2 - im;
        }
      }
      this.rowTransform(rowIn, rowOut);
      const first = offset + y * width;
      const second = first + width;
      for (let x = 0; x < width; x++) {
        data[first + x] = scale * rowOut[2 * x];
        if (paired) data[second + x] = scale * rowOut[2 * x + 1];
      }
    }
  }
}
