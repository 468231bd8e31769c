/**
 * Blur as an operator: y[i] = Σⱼ kernel[j]·x[i − j] on every channel, kernels of odd size with their middle at j = 0.
 *
 * Borders: `circular` continues the image periodically; `reflect` by its mirror image with the border between two equal
 * pixels (c b a | a b c | c b a: MATLAB's `symmetric`, SciPy's `reflect`), as often as a large kernel asks for.
 */
import { type FloatArray, sizeOf } from '../src/core/array.js';
import { Dct2d } from '../src/core/dct.js';
import { fastSize, RealFft2d } from '../src/core/fft.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, mapPlanes, reshaped } from './planes.js';

export interface Kernel {
  readonly height: number;
  readonly width: number;
  /** Row by row. */
  readonly data: ArrayLike<number>;
}

/** Singular values below this share of the largest are taken for zero by pseudo-inverses. */
const RANK_TOLERANCE = 1e-4;

/** Diagonal in the Fourier basis: adjoint, pseudo-inverse, normal solve and SVD are exact and cost one filter each. */
export function circularConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [channels, height, width] = shape;
  const fft = new RealFft2d(height, width);
  const transfer = transferFunction(fft, kernel);
  const spectrum = fft.spectrum();
  const filter = (x: FloatArray, re: Float64Array, im: Float64Array) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      fft.forward(input, offset, spectrum);
      multiplySpectrum(spectrum, re, im);
      fft.inverse(spectrum, output, outputOffset);
    });
  const { re, im } = transfer;
  const power = re.map((value, i) => value * value + im[i] * im[i]);
  const norm = Math.sqrt(power.reduce((largest, value) => Math.max(largest, value), 0));
  const conjugate = im.map((value) => -value);
  const zero = new Float64Array(im.length);
  const inverted = (part: Float64Array) =>
    part.map((value, i) => (power[i] > (RANK_TOLERANCE * norm) ** 2 ? value / power[i] : 0));
  const phase = (part: Float64Array) =>
    part.map((value, i) => (power[i] > 0 ? value / Math.sqrt(power[i]) : 0));
  const hartley = (x: FloatArray) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      fft.forward(input, offset, spectrum);
      casSpectrum(fft, spectrum, output, outputOffset);
    });
  const flat = [sizeOf(shape)];
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: (x) => filter(x, re, im),
    adjoint: (y) => filter(y, re, conjugate),
    pseudoInverse: (y) => filter(y, inverted(re), inverted(conjugate)),
    normalSolve: (b, rho) =>
      filter(
        b,
        power.map((value) => 1 / (value + rho)),
        zero,
      ),
    // A real orthonormal basis that diagonalises circular blur but for phases, which go into U: Hartley's cas.
    svd: {
      values: repeatPlanes(channels, singularValues(fft, power)),
      toSpectrum: (x) => reshaped(hartley(x), flat),
      fromSpectrum: (u) => hartley(reshaped(u, shape)),
      measurementToSpectrum: (y) => reshaped(hartley(filter(y, phase(re), phase(conjugate))), flat),
    },
    norm,
  });
}

/**
 * Blur by kernel(y, x) = vertical(y)·horizontal(x), both even functions, with reflecting borders: diagonal in the cosine
 * basis (Strang, "The discrete cosine transform", 1999), so as cheap and as invertible as the circular one.
 * @param vertical,horizontal weights from the middle outwards: g(0), g(1), … g(radius).
 */
export function mirroredEvenConvolution(
  shape: ImageShape,
  vertical: ArrayLike<number>,
  horizontal: ArrayLike<number>,
): LinearOperator {
  const [channels, height, width] = shape;
  const dct = new Dct2d(height, width);
  const rows = evenTransfer(vertical, height);
  const columns = evenTransfer(horizontal, width);
  const transfer = Float64Array.from(
    { length: height * width },
    (_, i) => rows[Math.floor(i / width)] * columns[i % width],
  );
  const norm = transfer.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const coefficients = new Float64Array(height * width);
  const filter = (x: FloatArray, gain: (transfer: number) => number) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      dct.forward(input, offset, coefficients);
      for (let i = 0; i < coefficients.length; i++) coefficients[i] *= gain(transfer[i]);
      dct.inverse(coefficients, output, outputOffset);
    });
  const apply = (x: FloatArray) => filter(x, (value) => value);
  const analyse = (x: FloatArray, signed: boolean) =>
    mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
      dct.forward(input, offset, coefficients);
      for (let i = 0; i < coefficients.length; i++) {
        output[outputOffset + i] = coefficients[i] * (signed ? Math.sign(transfer[i]) : 1);
      }
    });
  const flat = [sizeOf(shape)];
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply,
    adjoint: apply,
    pseudoInverse: (y) => filter(y, (value) => (Math.abs(value) > RANK_TOLERANCE * norm ? 1 / value : 0)),
    normalSolve: (b, rho) => filter(b, (value) => 1 / (value * value + rho)),
    svd: {
      values: repeatPlanes(channels, Float32Array.from(transfer, Math.abs)),
      toSpectrum: (x) => reshaped(analyse(x, false), flat),
      fromSpectrum: (u) =>
        mapPlanes(u, shape, shape, (input, offset, output, outputOffset) => {
          coefficients.set(input.subarray(offset, offset + coefficients.length));
          dct.inverse(coefficients, output, outputOffset);
        }),
      measurementToSpectrum: (y) => reshaped(analyse(y, true), flat),
    },
    norm,
  });
}

/** Any kernel with reflecting borders: the mirrored image is blurred by FFT; the adjoint folds the mirror back. */
export function mirroredConvolution(shape: ImageShape, kernel: Kernel): LinearOperator {
  const [, height, width] = shape;
  const top = (kernel.height - 1) / 2;
  const left = (kernel.width - 1) / 2;
  const fft = new RealFft2d(fastSize(height + 2 * top), fastSize(width + 2 * left));
  const { re, im } = transferFunction(fft, kernel);
  const conjugate = im.map((value) => -value);
  const padded = new Float64Array(fft.height * fft.width);
  const spectrum = fft.spectrum();
  const rows = mirrorIndices(height, top);
  const columns = mirrorIndices(width, left);
  const blurPadded = (imaginary: Float64Array) => {
    fft.forward(padded, 0, spectrum);
    multiplySpectrum(spectrum, re, imaginary);
    fft.inverse(spectrum, padded, 0);
  };
  return withLinearization({
    inputShape: shape,
    outputShape: shape,
    apply: (x) =>
      mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
        padded.fill(0);
        for (const [y, row] of rows.entries()) {
          for (let x = 0; x < columns.length; x++) {
            padded[y * fft.width + x] = input[offset + row * width + columns[x]];
          }
        }
        blurPadded(im);
        for (let y = 0; y < height; y++) {
          const from = (y + top) * fft.width + left;
          output.set(padded.subarray(from, from + width), outputOffset + y * width);
        }
      }),
    adjoint: (y) =>
      mapPlanes(y, shape, shape, (input, offset, output, outputOffset) => {
        padded.fill(0);
        for (let y = 0; y < height; y++) {
          const from = offset + y * width;
          padded.set(input.subarray(from, from + width), (y + top) * fft.width + left);
        }
        blurPadded(conjugate);
        const folded = new Float64Array(height * width);
        for (const [y, row] of rows.entries()) {
          for (let x = 0; x < columns.length; x++) {
            folded[row * width + columns[x]] += padded[y * fft.width + x];
          }
        }
        output.set(folded, outputOffset);
      }),
  });
}

/** The kernel's spectrum on the plan's grid, its middle at the origin; a kernel larger than the grid wraps around. */
export function transferFunction(fft: RealFft2d, kernel: Kernel): { re: Float64Array; im: Float64Array } {
  const plane = new Float64Array(fft.height * fft.width);
  const wrap = (index: number, size: number) => ((index % size) + size) % size;
  for (let y = 0; y < kernel.height; y++) {
    const row = wrap(y - (kernel.height - 1) / 2, fft.height);
    for (let x = 0; x < kernel.width; x++) {
      const column = wrap(x - (kernel.width - 1) / 2, fft.width);
      plane[row * fft.width + column] += kernel.data[y * kernel.width + x];
    }
  }
  const spectrum = fft.spectrum();
  fft.forward(plane, 0, spectrum);
  const half = spectrum.length / 2;
  return {
    re: Float64Array.from({ length: half }, (_, i) => spectrum[2 * i]),
    im: Float64Array.from({ length: half }, (_, i) => spectrum[2 * i + 1]),
  };
}

export function multiplySpectrum(spectrum: Float64Array, re: Float64Array, im: Float64Array): void {
  for (let i = 0; i < re.length; i++) {
    const a = spectrum[2 * i];
    const b = spectrum[2 * i + 1];
    spectrum[2 * i] = a * re[i] - b * im[i];
    spectrum[2 * i + 1] = a * im[i] + b * re[i];
  }
}

/** Σₓ plane·cas(2π(kx·x/W + ky·y/H))/√(HW), cas = cos + sin, at all frequencies [H, W], from the half spectrum. */
function casSpectrum(fft: RealFft2d, spectrum: Float64Array, out: Float32Array, offset: number): void {
  const { height, width, columns } = fft;
  const scale = 1 / Math.sqrt(height * width);
  for (let kx = 0; kx < columns; kx++) {
    for (let ky = 0; ky < height; ky++) {
      const re = spectrum[2 * (kx * height + ky)];
      const im = spectrum[2 * (kx * height + ky) + 1];
      out[offset + ky * width + kx] = scale * (re - im);
      out[offset + ((height - ky) % height) * width + ((width - kx) % width)] = scale * (re + im);
    }
  }
}

/** |transfer| at all frequencies, in the order of `casSpectrum`. */
function singularValues({ height, width, columns }: RealFft2d, power: Float64Array): Float32Array {
  const values = new Float32Array(height * width);
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < width; kx++) {
      const at = kx < columns ? kx * height + ky : (width - kx) * height + ((height - ky) % height);
      values[ky * width + kx] = Math.sqrt(power[at]);
    }
  }
  return values;
}

function repeatPlanes(channels: number, plane: Float32Array): Float32Array {
  const values = new Float32Array(channels * plane.length);
  for (let channel = 0; channel < channels; channel++) values.set(plane, channel * plane.length);
  return values;
}

/** What the cosine of k half-waves over `size` pixels is multiplied by: g(0) + 2·Σⱼ g(j)·cos(πkj/size). */
function evenTransfer(weights: ArrayLike<number>, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, k) => {
    let sum = weights[0];
    for (let j = 1; j < weights.length; j++) sum += 2 * weights[j] * Math.cos((Math.PI * k * j) / size);
    return sum;
  });
}

/** For every sample of a line mirrored by `margin` on both sides, the index of the original sample. */
function mirrorIndices(size: number, margin: number): number[] {
  return Array.from({ length: size + 2 * margin }, (_, i) => mirrorIndex(i - margin, size));
}

/** … 1 0 | 0 1 … size−1 | size−1 size−2 …, with period 2·size. */
export function mirrorIndex(index: number, size: number): number {
  const wrapped = ((index % (2 * size)) + 2 * size) % (2 * size);
  return wrapped < size ? wrapped : 2 * size - 1 - wrapped;
}
