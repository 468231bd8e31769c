/** The orthonormal Fourier transform of complex planes whose origin, in both domains, is the pixel (⌊H/2⌋, ⌊W/2⌋). */

import { fourier } from './fft.js';
import type { Spectrum } from './fft2d.js';

/** Lines that are transformed together; see fft2d.ts. */
const BATCH = 15;

type Pass = (plane: Spectrum, sign: 1 | -1) => void;

/** Transforms planes [height, width] in place. The plan reuses its scratch space. */
export class CentredFft2d {
  private readonly rows: Pass;
  private readonly columns: Pass;

  /**
   * @param columns the columns of the spectrum that are wanted, all when absent: `forward` leaves the others without
   * meaning, `inverse` expects zeros there.
   */
  constructor(height: number, width: number, columns = Array.from({ length: width }, (_, x) => x)) {
    const starts = Array.from({ length: height }, (_, y) => y * width);
    this.rows = transformLines(width, 1, starts);
    this.columns = transformLines(height, width, columns);
  }

  /** X[k] = (HW)^−½ Σ x[n] exp(−2πi k·n/(H, W)), k and n counted from the origin. */
  forward(plane: Spectrum): void {
    this.rows(plane, 1);
    this.columns(plane, 1);
  }

  /** The inverse of `forward`, which is its adjoint. */
  inverse(plane: Spectrum): void {
    this.columns(plane, -1);
    this.rows(plane, -1);
  }
}

/** Lines of `size` values `stride` apart, from each of `starts` on; with sign −1 the conjugate of the conjugate's. */
function transformLines(size: number, stride: number, starts: readonly number[]): Pass {
  const batch = Math.max(1, Math.min(BATCH, starts.length));
  const lines = fourier(size, batch);
  const scale = 1 / Math.sqrt(size);
  // Value n of the transform is the one n places behind the origin, in either domain.
  const places = Int32Array.from({ length: size }, (_, n) => stride * ((n + (size >> 1)) % size));
  return ({ re, im }, sign) => {
    for (let first = 0; first < starts.length; first += batch) {
      const count = Math.min(batch, starts.length - first);
      if (count < batch) {
        lines.re.fill(0);
        lines.im.fill(0);
      }
      for (let n = 0; n < size; n++) {
        for (let b = 0, i = n * batch; b < count; b++, i++) {
          const at = starts[first + b] + places[n];
          lines.re[i] = re[at];
          lines.im[i] = sign * im[at];
        }
      }
      lines.transform();
      for (let n = 0; n < size; n++) {
        for (let b = 0, i = n * batch; b < count; b++, i++) {
          const at = starts[first + b] + places[n];
          re[at] = scale * lines.re[i];
          im[at] = sign * scale * lines.im[i];
        }
      }
    }
  };
}
