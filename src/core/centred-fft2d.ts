/** The orthonormal Fourier transform of complex planes whose origin, in both domains, is the pixel (⌊H/2⌋, ⌊W/2⌋). */
import { requireSizes } from './arguments.js';
import { type FourierPlan, fourierPlan } from './fft.js';
import { type Arrays, kernels, room, type Wanted } from './kernels.js';

/**
 * Transforms planes [height, width] in the kernels' memory.
 * @example
 * ```ts
 * import { CentredFft2d } from 'retrodict/problem';
 *
 * const { re, forward } = new CentredFft2d(8, 8).enter();
 * re.set(new Float64Array(64).fill(1));
 * forward();
 * console.log(re[4 * 8 + 4]); // 8: all of a flat plane is at the origin, which lies in the middle
 * ```
 */
export class CentredFft2d {
  private readonly along: FourierPlan;
  private readonly down: FourierPlan;
  private readonly rows: Int32Array;
  private readonly columns: Int32Array;

  /**
   * @param columns the columns of the spectrum that are wanted, all when absent: `forward` leaves the others without
   * meaning, `inverse` expects zeros there.
   */
  constructor(
    private readonly height: number,
    private readonly width: number,
    columns?: readonly number[],
  ) {
    requireSizes({ height, width });
    this.along = fourierPlan(width);
    this.down = fourierPlan(height);
    this.rows = Int32Array.from({ length: height }, (_, y) => y * width);
    this.columns = columns ? Int32Array.from(columns) : Int32Array.from({ length: width }, (_, x) => x);
  }

  /**
   * A plane re + i·im, what transforms it in place, and room for what else is wanted; until the next call of `room`.
   * `forward` is X[k] = (HW)^−½ Σ x[n] exp(−2πi k·n/(H, W)), k and n counted from the origin, `inverse` its inverse,
   * which is its adjoint.
   */
  enter<const List extends readonly Wanted[]>(...wanted: List) {
    const { height, width } = this;
    const [re, im, rows, columns, along, down, work, ...others] = room(
      [Float64Array, height * width],
      [Float64Array, height * width],
      [Int32Array, height],
      [Int32Array, this.columns.length],
      [Float64Array, this.along.table.length],
      [Float64Array, this.down.table.length],
      [Float64Array, Math.max(this.along.work, this.down.work)],
      ...wanted,
    );
    rows.set(this.rows);
    columns.set(this.columns);
    along.set(this.along.table);
    down.set(this.down.table);
    // Value n of the transform is the one n places behind the origin, in either domain.
    const scale = 1 / Math.sqrt(height * width);
    const alongRows = (sign: 1 | -1, factor: number) =>
      kernels.complexLines(along, work, re, im, rows, height, 1, width >> 1, sign, factor);
    const downColumns = (sign: 1 | -1, factor: number) =>
      kernels.complexLines(down, work, re, im, columns, columns.length, width, height >> 1, sign, factor);
    return {
      ...{ re, im, others: others as unknown as Arrays<List> },
      /** Transforms what lies in `re` and `im`, in place. */
      forward() {
        alongRows(1, 1);
        downColumns(1, scale);
      },
      /** The inverse of `forward`, in place. */
      inverse() {
        downColumns(-1, 1);
        alongRows(-1, scale);
      },
    };
  }
}
