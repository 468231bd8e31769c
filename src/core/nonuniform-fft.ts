/**
 * The Fourier transform of a real plane at any frequencies, and its transpose: the plane is divided by the transform
 * of a narrow kernel, transformed on a grid twice as fine, and the kernel takes from the grid what lies about each
 * frequency (Fessler & Sutton, "Nonuniform fast Fourier transforms using min-max interpolation", 2003, with Kaiser
 * and Bessel's kernel).
 */
import { fastSize } from './fft.js';
import { RealFft2d } from './fft2d.js';
import { scaledBesselI } from './special.js';
import type { Vector } from './vector.js';

/** Points of the grid, in each direction, that a frequency is made of: the error is below 1e-12 of the sum of |x|. */
const TAPS = 14;
/** Of the kernel's shape, the best for a grid twice as fine. */
const BETA = 0.75 * Math.PI * TAPS;

export class NonuniformFft2d {
  readonly count: number;
  private readonly fft: RealFft2d;
  private readonly across: Axis;
  private readonly down: Axis;

  /**
   * @param along frequencies along rows. @param down frequencies down columns, as many; both in cycles per pixel. The
   * origin is the pixel (⌊H/2⌋, ⌊W/2⌋).
   */
  constructor(
    private readonly height: number,
    private readonly width: number,
    along: Float64Array,
    down: Float64Array,
  ) {
    this.count = along.length;
    this.fft = new RealFft2d(fastSize(2 * height), fastSize(2 * width));
    this.across = axis(width, this.fft.width, along);
    this.down = axis(height, this.fft.height, down);
  }

  /** V[k] = Σ x[y, x]·exp(−2πi·(along[k]·x + down[k]·y)), pairs [real, imaginary]. */
  apply(x: Vector): Float64Array {
    const { height, width, fft, across, down } = this;
    const grid = new Float64Array(fft.height * fft.width);
    for (let j = 0; j < height; j++) {
      const row = down.places[j] * fft.width;
      for (let i = 0; i < width; i++) {
        grid[row + across.places[i]] = down.gains[j] * across.gains[i] * x[j * width + i];
      }
    }
    const { re, im } = fft.spectrum();
    fft.forward(grid, 0, { re, im });
    const out = new Float64Array(2 * this.count);
    this.visit((k, at, sign, weight) => {
      out[2 * k] += weight * re[at];
      out[2 * k + 1] += sign * weight * im[at];
    });
    return out;
  }

  /** x[y, x] = Re Σₖ V[k]·exp(2πi·(along[k]·x + down[k]·y)), the transpose of `apply`. */
  adjoint(values: Vector): Float64Array {
    const { height, width, fft, across, down } = this;
    const { columns } = fft;
    const { re, im } = fft.spectrum();
    this.visit((k, at, sign, weight) => {
      re[at] += weight * values[2 * k];
      im[at] += sign * weight * values[2 * k + 1];
    });
    // What is kept stands for itself and its mirror image; frequencies that are their own column's mirror hold both.
    for (let ky = 0; ky < fft.height; ky++) {
      const mirrored = ((fft.height - ky) % fft.height) * columns;
      for (const kx of fft.width % 2 === 0 ? [0, columns - 1] : [0]) {
        const [a, b] = [ky * columns + kx, mirrored + kx];
        if (a > b) continue;
        re[a] = re[b] = re[a] + re[b];
        im[a] -= im[b];
        im[b] = -im[a];
      }
    }
    const grid = new Float64Array(fft.height * fft.width);
    fft.inverse({ re, im }, grid, 0);
    const out = new Float64Array(height * width);
    const scale = 0.5 * grid.length;
    for (let j = 0; j < height; j++) {
      const row = down.places[j] * fft.width;
      for (let i = 0; i < width; i++) {
        out[j * width + i] = scale * down.gains[j] * across.gains[i] * grid[row + across.places[i]];
      }
    }
    return out;
  }

  /** Tells of every point of the kept half of the grid that frequency k is made of; sign −1 where it is a conjugate. */
  private visit(each: (k: number, at: number, sign: 1 | -1, weight: number) => void): void {
    const { fft, across, down } = this;
    const { columns } = fft;
    for (let k = 0; k < this.count; k++) {
      for (let s = k * TAPS; s < (k + 1) * TAPS; s++) {
        const ky = down.taps[s];
        const row = ky * columns;
        const mirrored = ((fft.height - ky) % fft.height) * columns;
        for (let t = k * TAPS; t < (k + 1) * TAPS; t++) {
          const kx = across.taps[t];
          const weight = down.weights[s] * across.weights[t];
          if (kx < columns) each(k, row + kx, 1, weight);
          else each(k, mirrored + fft.width - kx, -1, weight);
        }
      }
    }
  }
}

interface Axis {
  /** Where on the grid pixel n is. */
  readonly places: Int32Array;
  /** One over the kernel's transform there. */
  readonly gains: Float64Array;
  /** Points of the grid that frequency k is made of, and their weights: from k·TAPS on. */
  readonly taps: Int32Array;
  readonly weights: Float64Array;
}

function axis(size: number, grid: number, frequencies: Float64Array): Axis {
  const middle = size >> 1;
  const places = Int32Array.from({ length: size }, (_, n) => (n - middle + grid) % grid);
  const gains = Float64Array.from({ length: size }, (_, n) => 1 / kernelTransform((n - middle) / grid));
  const taps = new Int32Array(frequencies.length * TAPS);
  const weights = new Float64Array(frequencies.length * TAPS);
  for (let k = 0; k < frequencies.length; k++) {
    const turns = frequencies[k] - Math.floor(frequencies[k]);
    const first = Math.ceil(turns * grid - TAPS / 2);
    for (let t = 0; t < TAPS; t++) {
      taps[k * TAPS + t] = (((first + t) % grid) + grid) % grid;
      weights[k * TAPS + t] = kernel(turns * grid - first - t);
    }
  }
  return { places, gains, taps, weights };
}

/** I₀(β√(1 − (2t/TAPS)²))·e^(−β) for |t| ≤ TAPS/2. */
function kernel(t: number): number {
  const x = BETA * Math.sqrt(Math.max(0, 1 - ((2 * t) / TAPS) ** 2));
  return scaledBesselI(0, x) * Math.exp(x - BETA);
}

/** ∫ kernel(t)·exp(2πi·ft) dt for |f| ≤ ¼ = TAPS·sinh(z)/z·e^(−β), z² = β² − (π·TAPS·f)². */
function kernelTransform(f: number): number {
  const z = Math.sqrt(BETA * BETA - (Math.PI * TAPS * f) ** 2);
  return (TAPS * (Math.exp(z - BETA) - Math.exp(-z - BETA))) / (2 * z);
}
