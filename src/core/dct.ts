/** The orthonormal cosine transform (DCT-II) of planes of any size, by Makhoul, "A fast cosine transform" (1980). */
import { type Fourier, fourier } from './fft.js';
import type { Vector } from './vector.js';

/**
 * C[k] = √((1 or 2)/N)·Σₙ x[n]·cos(πk(2n+1)/2N) along both axes of planes [height, width]. These cosines are what a
 * plane continued by its mirror image (c b a | a b c | c b a) is made of. The plan reuses its scratch space.
 */
export class Dct2d {
  private readonly rows: RowDct;
  private readonly columns: RowDct;
  private readonly transposed: Float64Array;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.rows = new RowDct(width);
    this.columns = new RowDct(height);
    this.transposed = new Float64Array(height * width);
  }

  /** Coefficients [height, width] of the plane that starts at `offset` of `data`. */
  forward(data: Vector, offset: number, coefficients: Float64Array): void {
    this.rows.forward(data, offset, this.height, this.transposed);
    this.columns.forward(this.transposed, 0, this.width, coefficients);
  }

  /** The plane with these coefficients, written to `data` from `offset` on. */
  inverse(coefficients: Float64Array, data: Vector, offset: number): void {
    this.rows.inverse(coefficients, this.height, this.transposed, 0);
    this.columns.inverse(this.transposed, this.width, data, offset);
  }
}

/** Transforms of rows, written transposed; two rows go through one complex transform as its real and imaginary part. */
class RowDct {
  private readonly transform: Fourier;
  private readonly input: Float64Array;
  private readonly output: Float64Array;
  /** exp(−πi·k/2N) and the factor that makes the transform orthonormal. */
  private readonly cosine: Float64Array;
  private readonly sine: Float64Array;
  private readonly scale: Float64Array;

  constructor(private readonly size: number) {
    this.transform = fourier(size);
    this.input = new Float64Array(2 * size);
    this.output = new Float64Array(2 * size);
    const angles = Float64Array.from({ length: size }, (_, k) => (Math.PI * k) / (2 * size));
    this.cosine = angles.map(Math.cos);
    this.sine = angles.map((angle) => -Math.sin(angle));
    this.scale = angles.map((_, k) => Math.sqrt((k === 0 ? 1 : 2) / size));
  }

  /** `count` rows from `offset` of `data`, to coefficients [size, count]. */
  forward(data: Vector, offset: number, count: number, out: Float64Array): void {
    const { size, input, output, cosine, sine, scale } = this;
    for (let row = 0; row < count; row += 2) {
      const first = offset + row * size;
      const second = row + 1 < count ? first + size : first;
      for (let n = 0; n < size; n++) {
        const source = permuted(n, size);
        input[2 * n] = data[first + source];
        input[2 * n + 1] = data[second + source];
      }
      this.transform(input, output);
      for (let k = 0; k < size; k++) {
        const mirrored = k === 0 ? 0 : 2 * (size - k);
        const re = output[2 * k] + output[mirrored];
        const im = output[2 * k + 1] - output[mirrored + 1];
        const re2 = output[2 * k + 1] + output[mirrored + 1];
        const im2 = output[mirrored] - output[2 * k];
        out[k * count + row] = 0.5 * scale[k] * (cosine[k] * re - sine[k] * im);
        if (row + 1 < count) out[k * count + row + 1] = 0.5 * scale[k] * (cosine[k] * re2 - sine[k] * im2);
      }
    }
  }

  /** `count` rows of coefficients, to values [size, count] from `offset` of `out` on. */
  inverse(coefficients: Float64Array, count: number, out: Vector, offset: number): void {
    const { size, input, output, cosine, sine, scale } = this;
    for (let row = 0; row < count; row += 2) {
      const first = row * size;
      const second = row + 1 < count ? first + size : first;
      for (let k = 0; k < size; k++) {
        const a = coefficients[first + k] / scale[k];
        const b = k === 0 ? 0 : coefficients[first + size - k] / scale[size - k];
        const a2 = coefficients[second + k] / scale[k];
        const b2 = k === 0 ? 0 : coefficients[second + size - k] / scale[size - k];
        // V = exp(πi·k/2N)·(X[k] − i·X[N−k]) for each row; conjugated, so that the forward transform inverts.
        const re = cosine[k] * a - sine[k] * b;
        const im = -sine[k] * a - cosine[k] * b;
        const re2 = cosine[k] * a2 - sine[k] * b2;
        const im2 = -sine[k] * a2 - cosine[k] * b2;
        input[2 * k] = re - im2;
        input[2 * k + 1] = -(im + re2);
      }
      this.transform(input, output);
      for (let n = 0; n < size; n++) {
        const target = offset + permuted(n, size) * count + row;
        out[target] = output[2 * n] / size;
        if (row + 1 < count) out[target + 1] = -output[2 * n + 1] / size;
      }
    }
  }
}

/** Makhoul's order: the even samples forwards, then the odd ones backwards. */
function permuted(n: number, size: number): number {
  return 2 * n < size ? 2 * n : 2 * (size - n) - 1;
}
