/** Kernels as what they do to each frequency. */
import { requireSizes } from '../../src/core/arguments.js';
import { UsageError } from '../../src/core/errors.js';
import type { RealFft2d, Spectrum } from '../../src/core/fft2d.js';
import type { Vector } from '../../src/core/vector.js';

/** Weights of a blur, of odd height and width. */
export interface Kernel {
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly data: ArrayLike<number>;
}

/** @throws UsageError where it is none, its sides are even, or they do not fit its weights. */
export function requireKernel(kernel: Kernel): void {
  const { height, width, data } = Object(kernel) as Kernel;
  requireSizes({ height, width });
  const size = Object(data).length;
  if (height % 2 === 1 && width % 2 === 1 && size === height * width) return;
  throw new UsageError(
    `the kernel has ${height} rows of ${width} and ${size ?? 'no'} weights, expected odd sides, and a weight for each place`,
  );
}

/** The kernel's spectrum on the plan's grid, its middle at the origin; a kernel larger than the grid wraps around. */
export function transferFunction(fft: RealFft2d, kernel: Kernel): Spectrum {
  const plane = new Float64Array(fft.height * fft.width);
  for (let y = 0; y < kernel.height; y++) {
    const row = wrapIndex(y - (kernel.height - 1) / 2, fft.height);
    for (let x = 0; x < kernel.width; x++) {
      const column = wrapIndex(x - (kernel.width - 1) / 2, fft.width);
      plane[row * fft.width + column] += kernel.data[y * kernel.width + x];
    }
  }
  const spectrum = fft.spectrum();
  fft.forward(plane, 0, spectrum);
  return spectrum;
}

/** 0 … size−1 over and over. */
export function wrapIndex(index: number, size: number): number {
  return ((index % size) + size) % size;
}

/** spectrum ← transfer·spectrum */
export function multiply({ re, im }: Spectrum, transfer: Spectrum): void {
  const [cosines, sines] = [transfer.re, transfer.im];
  for (let i = 0; i < re.length; i++) {
    const a = re[i];
    const b = im[i];
    const c = cosines[i];
    const d = sines[i];
    re[i] = a * c - b * d;
    im[i] = a * d + b * c;
  }
}

/** spectrum ← transfer̄·spectrum, what the adjoint does. */
export function multiplyConjugate({ re, im }: Spectrum, transfer: Spectrum): void {
  const [cosines, sines] = [transfer.re, transfer.im];
  for (let i = 0; i < re.length; i++) {
    const a = re[i];
    const b = im[i];
    const c = cosines[i];
    const d = sines[i];
    re[i] = a * c + b * d;
    im[i] = b * c - a * d;
  }
}

/** spectrum ← gain·spectrum, frequency by frequency. */
export function amplify({ re, im }: Spectrum, gain: (index: number) => number): void {
  for (let i = 0; i < re.length; i++) {
    const factor = gain(i);
    re[i] *= factor;
    im[i] *= factor;
  }
}

/** Σ plane·cas(2π(kx·x/W + ky·y/H))/√(HW) at all frequencies [H, W], from the half spectrum: its own inverse. */
export function writeHartley(fft: RealFft2d, { re, im }: Spectrum, out: Vector, offset: number): void {
  const { height, width, columns } = fft;
  const unit = 1 / Math.sqrt(height * width);
  for (let ky = 0; ky < height; ky++) {
    const mirrored = offset + ((height - ky) % height) * width;
    for (let kx = 0; kx < columns; kx++) {
      const at = ky * columns + kx;
      out[offset + ky * width + kx] = unit * (re[at] - im[at]);
      out[mirrored + ((width - kx) % width)] = unit * (re[at] + im[at]);
    }
  }
}

/** √power at all frequencies [H, W], from the kept ones. */
export function allMagnitudes(
  { height, width, columns }: RealFft2d,
  powerAt: (index: number) => number,
): Float32Array {
  const values = new Float32Array(height * width);
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < width; kx++) {
      const at = kx < columns ? ky * columns + kx : ((height - ky) % height) * columns + width - kx;
      values[ky * width + kx] = Math.sqrt(powerAt(at));
    }
  }
  return values;
}
