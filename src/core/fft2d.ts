/** The Fourier transform of real planes. */
import { requireSizes } from './arguments.js';
import { type Complex, type FourierPlan, fourierPlan } from './fft.js';
import { kernels, room } from './kernels.js';
import type { Vector } from './vector.js';

/** Frequencies ky = 0 … height−1 by kx = 0 … ⌊width/2⌋, row by row; the others are conjugates of these. */
export type Spectrum = Complex;

/**
 * Transforms planes [height, width].
 * @example
 * ```ts
 * import { RealFft2d } from 'retrodict/problem';
 *
 * const fft = new RealFft2d(8, 8);
 * const spectrum = fft.spectrum();
 * fft.forward(new Float32Array(64).fill(1), 0, spectrum);
 * console.log(spectrum.re[0]); // 64, the sum
 * ```
 */
export class RealFft2d {
  /** Number of kept horizontal frequencies. */
  readonly columns: number;
  private readonly along: FourierPlan;
  private readonly down: FourierPlan;
  private readonly starts: Int32Array;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    requireSizes({ height, width });
    this.columns = (width >> 1) + 1;
    this.along = fourierPlan(width);
    this.down = fourierPlan(height);
    this.starts = Int32Array.from({ length: this.columns }, (_, x) => x);
  }

  /** Arrays for one spectrum. */
  spectrum(): Spectrum {
    const size = this.height * this.columns;
    return { re: new Float64Array(size), im: new Float64Array(size) };
  }

  /** Transforms the plane that starts at `offset` of `data`. */
  forward(data: Vector, offset: number, spectrum: Spectrum): void {
    const { height, width, columns } = this;
    const { plane, re, im, starts, along, down, work } = this.room();
    plane.set(data.subarray(offset, offset + height * width));
    kernels.realRows(along, work, plane, re, im, height);
    kernels.complexLines(down, work, re, im, starts, columns, columns, 0, 1, 1);
    spectrum.re.set(re);
    spectrum.im.set(im);
  }

  /** The real plane whose spectrum this is, written to `data` from `offset` on. */
  inverse(spectrum: Spectrum, data: Vector, offset: number): void {
    const { height, width, columns } = this;
    const { plane, re, im, starts, along, down, work } = this.room();
    re.set(spectrum.re);
    im.set(spectrum.im);
    kernels.complexLines(down, work, re, im, starts, columns, columns, 0, -1, 1);
    kernels.realRowsInverse(along, work, plane, re, im, height, 1 / (width * height));
    data.set(plane, offset);
  }

  /**
   * The plane whose spectrum `act` makes of that of the plane at `offset` of `data`, to `out` from `outOffset` on. It
   * takes no memory but the kernels'.
   * @param act changes the spectrum in place; it must not transform anything meanwhile.
   */
  filter(
    data: Vector,
    offset: number,
    act: (spectrum: Spectrum) => void,
    out: Vector,
    outOffset: number,
  ): void {
    const { height, width, columns } = this;
    const { plane, re, im, starts, along, down, work } = this.room();
    plane.set(data.subarray(offset, offset + height * width));
    kernels.realRows(along, work, plane, re, im, height);
    kernels.complexLines(down, work, re, im, starts, columns, columns, 0, 1, 1);
    act({ re, im });
    kernels.complexLines(down, work, re, im, starts, columns, columns, 0, -1, 1);
    kernels.realRowsInverse(along, work, plane, re, im, height, 1 / (width * height));
    out.set(plane, outOffset);
  }

  private room() {
    const [plane, re, im, starts, along, down, work] = room(
      [Float64Array, this.height * this.width],
      [Float64Array, this.height * this.columns],
      [Float64Array, this.height * this.columns],
      [Int32Array, this.columns],
      [Float64Array, this.along.table.length],
      [Float64Array, this.down.table.length],
      [Float64Array, Math.max(this.along.work, this.down.work)],
    );
    starts.set(this.starts);
    along.set(this.along.table);
    down.set(this.down.table);
    return { plane, re, im, starts, along, down, work };
  }
}
