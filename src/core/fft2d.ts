/** The Fourier transform of real planes. */
import { type Fourier, fourier } from './fft.js';
import type { Vector } from './vector.js';

/** Lines that are transformed together: few enough for the processor's fast cache, and odd, which spreads them in it. */
const BATCH = 15;

/** Frequencies ky = 0 … height−1 by kx = 0 … ⌊width/2⌋, row by row; the others are conjugates of these. */
export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Transforms planes [height, width]. The plan reuses its scratch space. */
export class RealFft2d {
  /** Number of kept horizontal frequencies. */
  readonly columns: number;
  /** Rows go through in pairs, as real and imaginary part. */
  private readonly rowBatch: number;
  private readonly rows: Fourier;
  private readonly columnBatch: number;
  private readonly lines: Fourier;
  private readonly scratch: Spectrum;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.columns = (width >> 1) + 1;
    this.rowBatch = Math.min(BATCH, (height + 1) >> 1);
    this.columnBatch = Math.min(BATCH, this.columns);
    this.rows = fourier(width, this.rowBatch);
    this.lines = fourier(height, this.columnBatch);
    this.scratch = this.spectrum();
  }

  /** Arrays for one spectrum. */
  spectrum(): Spectrum {
    const size = this.height * this.columns;
    return { re: new Float64Array(size), im: new Float64Array(size) };
  }

  /** Transforms the plane that starts at `offset` of `data`. */
  forward(data: Vector, offset: number, { re, im }: Spectrum): void {
    const { height, width, columns, rows, rowBatch } = this;
    for (let top = 0; top < height; top += 2 * rowBatch) {
      const count = Math.min(2 * rowBatch, height - top);
      if (count < 2 * rowBatch) clear(rows);
      for (let row = 0; row < count; row++) {
        const part = row % 2 === 0 ? rows.re : rows.im;
        const from = offset + (top + row) * width;
        for (let x = 0, i = row >> 1; x < width; x++, i += rowBatch) part[i] = data[from + x];
      }
      rows.transform();
      // The spectra of two real rows a, b, from that of a + ib: (Z(k) ± Z*(−k))/2.
      const a = rows.re;
      const b = rows.im;
      for (let row = 0; row < count; row++) {
        const to = (top + row) * columns;
        for (let k = 0, i = row >> 1; k < columns; k++, i += rowBatch) {
          const mirrored = k === 0 ? i : (width - k) * rowBatch + (row >> 1);
          if (row % 2 === 0) {
            re[to + k] = 0.5 * (a[i] + a[mirrored]);
            im[to + k] = 0.5 * (b[i] - b[mirrored]);
          } else {
            re[to + k] = 0.5 * (b[i] + b[mirrored]);
            im[to + k] = 0.5 * (a[mirrored] - a[i]);
          }
        }
      }
    }
    this.transformColumns(re, im, 1, re, im);
  }

  /** The real plane whose spectrum this is, written to `data` from `offset` on. */
  inverse(spectrum: Spectrum, data: Vector, offset: number): void {
    const { height, width, columns, rows, rowBatch } = this;
    const { re, im } = this.scratch;
    // A real plane is the forward transform of its conjugated spectrum, over the number of pixels.
    this.transformColumns(spectrum.re, spectrum.im, -1, re, im);
    const scale = 1 / (width * height);
    for (let top = 0; top < height; top += 2 * rowBatch) {
      const count = Math.min(2 * rowBatch, height - top);
      if (count < 2 * rowBatch) clear(rows);
      for (let row = 0; row < count; row += 2) {
        const first = (top + row) * columns;
        const second = row + 1 < count ? first + columns : first;
        for (let k = 0, i = row >> 1; k < columns; k++, i += rowBatch) {
          rows.re[i] = re[first + k] - im[second + k];
          rows.im[i] = im[first + k] + re[second + k];
          if (k === 0) continue;
          const mirrored = (width - k) * rowBatch + (row >> 1);
          rows.re[mirrored] = re[first + k] + im[second + k];
          rows.im[mirrored] = re[second + k] - im[first + k];
        }
      }
      rows.transform();
      for (let row = 0; row < count; row++) {
        const part = row % 2 === 0 ? rows.re : rows.im;
        const to = offset + (top + row) * width;
        for (let x = 0, i = row >> 1; x < width; x++, i += rowBatch) data[to + x] = scale * part[i];
      }
    }
  }

  /** Transforms the columns of re + sign·i·im. */
  private transformColumns(
    re: Float64Array,
    im: Float64Array,
    sign: number,
    outRe: Float64Array,
    outIm: Float64Array,
  ): void {
    const { height, columns, lines, columnBatch } = this;
    for (let left = 0; left < columns; left += columnBatch) {
      const count = Math.min(columnBatch, columns - left);
      if (count < columnBatch) clear(lines);
      for (let y = 0; y < height; y++) {
        const from = y * columns + left;
        const to = y * columnBatch;
        for (let b = 0; b < count; b++) {
          lines.re[to + b] = re[from + b];
          lines.im[to + b] = sign * im[from + b];
        }
      }
      lines.transform();
      for (let y = 0; y < height; y++) {
        const to = y * columns + left;
        const from = y * columnBatch;
        for (let b = 0; b < count; b++) {
          outRe[to + b] = lines.re[from + b];
          outIm[to + b] = lines.im[from + b];
        }
      }
    }
  }
}

/** What the last batch leaves over would grow from call to call, and lend its rounding to the row it is paired with. */
function clear(lines: Fourier): void {
  lines.re.fill(0);
  lines.im.fill(0);
}
