/**
 * k-space of real images: a real image's spectrum is its own mirrored conjugate, so a measured frequency also says what
 * lies opposite. AᵀA is circular with spectrum (m(k) + m(−k))/2, all that solvers ask for is exact.
 */
import { type FloatArray, sizeOf, zeros } from '../../src/core/array.js';
import { RealFft2d } from '../../src/core/fft2d.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { planeSpectra } from './plane-spectra.js';
import { type ImageShape, repeatPlane, requireShape, reshaped } from './planes.js';
import { allMagnitudes, amplify } from './transfer.js';

/**
 * [C, H, W] → [C, H, W, 2], the centred orthonormal Fourier transform, zero where it is not measured.
 * @param mask [H, W] of zeros and ones; the origin of k-space is at (⌊H/2⌋, ⌊W/2⌋).
 */
export function singleCoil(shape: ImageShape, mask: Float32Array): LinearOperator {
  const [channels, height, width] = shape;
  const fft = new RealFft2d(height, width);
  const places = placesOf(fft);
  const { apply, adjoint } = maskedTransform(shape, mask, fft, places);
  const { hartley, filter } = planeSpectra(shape, fft);
  const scaled = (x: FloatArray, gain: (i: number) => number) =>
    filter(x, (spectrum) => amplify(spectrum, gain));
  const power = Float64Array.from(places.here, (at, i) => 0.5 * (mask[at] + mask[places.opposite[i]]));
  const flat = [sizeOf(shape)];
  return withLinearization({
    inputShape: shape,
    outputShape: [...shape, 2],
    field: 'complex',
    observed: repeatPlane(channels, inBothParts(mask)),
    apply,
    adjoint,
    normalSolve: (b, rho) => scaled(b, (i) => 1 / (power[i] + rho)),
    svd: {
      values: repeatPlane(
        channels,
        allMagnitudes(fft, (i) => power[i]),
      ),
      toSpectrum: (x) => reshaped(hartley(x), flat),
      fromSpectrum: (u) => hartley(reshaped(u, shape)),
      measurementToSpectrum: (y) =>
        reshaped(hartley(scaled(adjoint(y), (i) => (power[i] > 0 ? 1 / Math.sqrt(power[i]) : 0))), flat),
    },
    norm: Math.sqrt(power.reduce((largest, value) => Math.max(largest, value), 0)),
  });
}

/** Where in a plane whose origin is in the middle lie … */
interface Places {
  /** … each pixel, */
  readonly pixels: Int32Array;
  /** … each frequency of the half spectrum, */
  readonly here: Int32Array;
  /** … and the one opposite. */
  readonly opposite: Int32Array;
}

function placesOf({ height, width, columns }: RealFft2d): Places {
  const [midRow, midColumn] = [height >> 1, width >> 1];
  /** Also of negative frequencies. */
  const centred = (y: number, x: number) =>
    ((y + midRow + height) % height) * width + ((x + midColumn + width) % width);
  const pixels = Int32Array.from({ length: height * width }, (_, i) =>
    centred(Math.floor(i / width), i % width),
  );
  const [here, opposite] = [new Int32Array(height * columns), new Int32Array(height * columns)];
  for (let ky = 0, i = 0; ky < height; ky++) {
    for (let kx = 0; kx < columns; kx++, i++) {
      here[i] = centred(ky, kx);
      opposite[i] = centred(-ky, -kx);
    }
  }
  return { pixels, here, opposite };
}

function maskedTransform(
  shape: ImageShape,
  mask: Float32Array,
  fft: RealFft2d,
  { pixels: places, here, opposite }: Places,
) {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const outputShape = [...shape, 2];
  const spectrum = fft.spectrum();
  const plane = new Float64Array(pixels);
  const unit = 1 / Math.sqrt(pixels);
  return {
    apply(x: FloatArray): FloatArray {
      requireShape(x, shape);
      const out = zeros(outputShape);
      for (let channel = 0; channel < channels; channel++) {
        const offset = channel * pixels;
        for (let i = 0; i < pixels; i++) plane[i] = unit * x.data[offset + places[i]];
        fft.forward(plane, 0, spectrum);
        for (let i = 0; i < here.length; i++) {
          const [a, b] = [here[i], opposite[i]];
          const [to, mirrored] = [2 * (offset + a), 2 * (offset + b)];
          out.data[to] = mask[a] * spectrum.re[i];
          out.data[to + 1] = mask[a] * spectrum.im[i];
          if (a === b) continue;
          out.data[mirrored] = mask[b] * spectrum.re[i];
          out.data[mirrored + 1] = -mask[b] * spectrum.im[i];
        }
      }
      return out;
    },
    adjoint(y: FloatArray): FloatArray {
      requireShape(y, outputShape);
      const out = zeros(shape);
      for (let channel = 0; channel < channels; channel++) {
        const offset = channel * pixels;
        for (let i = 0; i < here.length; i++) {
          const [a, b] = [here[i], opposite[i]];
          const [from, mirrored] = [2 * (offset + a), 2 * (offset + b)];
          spectrum.re[i] = 0.5 * (mask[a] * y.data[from] + mask[b] * y.data[mirrored]);
          spectrum.im[i] = 0.5 * (mask[a] * y.data[from + 1] - mask[b] * y.data[mirrored + 1]);
        }
        fft.inverse(spectrum, plane, 0);
        for (let i = 0; i < pixels; i++) out.data[offset + places[i]] = plane[i] / unit;
      }
      return out;
    },
  };
}

/** Every value twice: for real and imaginary part. */
export function inBothParts(values: Float32Array): Float32Array {
  return Float32Array.from({ length: 2 * values.length }, (_, i) => values[i >> 1]);
}
