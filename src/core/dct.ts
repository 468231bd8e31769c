/** The orthonormal cosine transform (DCT-II) of planes of any size, by Makhoul, "A fast cosine transform" (1980). */
import { type Fourier, fourier } from './fft.js';
import type { Vector } from './vector.js';

/** Pairs of lines transformed together: few enough for the processor's fast cache, and odd, which spreads them in it. */
const BATCH = 15;

/**
 * C[k] = √((1 or 2)/N)·Σₙ x[n]·cos(πk(2n+1)/2N) along both axes of planes [height, width]. These cosines are what a
 * plane continued by its mirror image (c b a | a b c | c b a) is made of. The plan reuses its scratch space.
 */
export class Dct2d {
  private readonly rows: LineDct;
  private readonly columns: LineDct;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.rows = new LineDct(width, height);
    this.columns = new LineDct(height, width);
  }

  /** Coefficients [height, width] of the plane that starts at `offset` of `data`. */
  forward(data: Vector, offset: number, coefficients: Float64Array): void {
    this.rows.forward(data, offset, coefficients, this.width, 1);
    this.columns.forward(coefficients, 0, coefficients, 1, this.width);
  }

  /** The plane with these coefficients, which are overwritten, to `data` from `offset` on. */
  inverse(coefficients: Float64Array, data: Vector, offset: number): void {
    this.columns.inverse(coefficients, coefficients, 0, 1, this.width);
    this.rows.inverse(coefficients, data, offset, this.width, 1);
  }
}

/** Transforms of `count` lines of `size` values; two lines go through one complex transform, as its two parts. */
class LineDct {
  private readonly batch: number;
  private readonly fourier: Fourier;
  /** exp(−πi·k/2N), and the factor that makes the transform orthonormal. */
  private readonly cosine: Float64Array;
  private readonly sine: Float64Array;
  private readonly scale: Float64Array;

  constructor(
    private readonly size: number,
    private readonly count: number,
  ) {
    this.batch = Math.min(BATCH, (count + 1) >> 1);
    this.fourier = fourier(size, this.batch);
    const angles = Float64Array.from({ length: size }, (_, k) => (Math.PI * k) / (2 * size));
    this.cosine = angles.map(Math.cos);
    this.sine = angles.map((angle) => -Math.sin(angle));
    this.scale = angles.map((_, k) => Math.sqrt((k === 0 ? 1 : 2) / size));
  }

  /** Value n of line l is at l·lineStep + n·step, from `offset` of `data` on and from 0 of `out` on. */
  forward(data: Vector, offset: number, out: Float64Array, lineStep: number, step: number): void {
    const { size, count, batch, cosine, sine, scale } = this;
    for (let start = 0; start < count; start += 2 * batch) {
      const lines = Math.min(2 * batch, count - start);
      if (lines < 2 * batch) {
        // What an earlier batch left would grow from call to call, and lend its rounding to the line it is paired with.
        this.fourier.re.fill(0);
        this.fourier.im.fill(0);
      }
      for (let n = 0; n < size; n++) {
        const from = offset + start * lineStep + permuted(n, size) * step;
        for (let line = 0; line < lines; line++) {
          const part = line < batch ? this.fourier.re : this.fourier.im;
          part[n * batch + (line < batch ? line : line - batch)] = data[from + line * lineStep];
        }
      }
      this.fourier.transform();
      const { re, im } = this.fourier;
      for (let k = 0; k < size; k++) {
        const to = start * lineStep + k * step;
        const mirrored = k === 0 ? 0 : (size - k) * batch;
        const c = 0.5 * scale[k] * cosine[k];
        const s = 0.5 * scale[k] * sine[k];
        for (let b = 0; b < batch && b < lines; b++) {
          const i = k * batch + b;
          const j = mirrored + b;
          out[to + b * lineStep] = c * (re[i] + re[j]) - s * (im[i] - im[j]);
          if (b + batch < lines) out[to + (b + batch) * lineStep] = c * (im[i] + im[j]) - s * (re[j] - re[i]);
        }
      }
    }
  }

  /** The other way: `coefficients` from 0, values from `offset` of `out` on. */
  inverse(coefficients: Float64Array, out: Vector, offset: number, lineStep: number, step: number): void {
    const { size, count, batch, cosine, sine, scale } = this;
    for (let start = 0; start < count; start += 2 * batch) {
      const lines = Math.min(2 * batch, count - start);
      // V = exp(πi·k/2N)·(X[k] − i·X[N−k]) for each line; conjugated, so that the forward transform inverts.
      for (let k = 0; k < size; k++) {
        const at = start * lineStep + k * step;
        const mirrored = k === 0 ? at : start * lineStep + (size - k) * step;
        const own = 1 / (size * scale[k]);
        const other = k === 0 ? 0 : 1 / (size * scale[size - k]);
        for (let b = 0; b < batch && b < lines; b++) {
          const second = (b + batch < lines ? b + batch : b) * lineStep;
          const x = own * coefficients[at + b * lineStep];
          const y = other * coefficients[mirrored + b * lineStep];
          const x2 = own * coefficients[at + second];
          const y2 = other * coefficients[mirrored + second];
          const re = cosine[k] * x - sine[k] * y;
          const im = -sine[k] * x - cosine[k] * y;
          const re2 = cosine[k] * x2 - sine[k] * y2;
          const im2 = -sine[k] * x2 - cosine[k] * y2;
          this.fourier.re[k * batch + b] = re - im2;
          this.fourier.im[k * batch + b] = -(im + re2);
        }
      }
      this.fourier.transform();
      const { re, im } = this.fourier;
      for (let n = 0; n < size; n++) {
        const to = offset + start * lineStep + permuted(n, size) * step;
        for (let b = 0; b < batch && b < lines; b++) {
          out[to + b * lineStep] = re[n * batch + b];
          if (b + batch < lines) out[to + (b + batch) * lineStep] = -im[n * batch + b];
        }
      }
    }
  }
}

/** Makhoul's order: the even samples forwards, then the odd ones backwards. */
function permuted(n: number, size: number): number {
  return 2 * n < size ? 2 * n : 2 * (size - n) - 1;
}
