/** k-space as several coils see it, each through its own sensitivity. */
import { type FloatArray, zeros } from '../src/core/array.js';
import { CentredFft2d } from '../src/core/centred-fft2d.js';
import { type LinearOperator, withLinearization } from './operator.js';
import { type ImageShape, repeatPlane, requireShape } from './planes.js';
import { doubled } from './single-coil.js';

/**
 * [C, H, W] → [C·coils, H, W, 2]: mask · centred orthonormal Fourier transform of (map · image).
 * @param mask [H, W] of zeros and ones.
 * @param maps [coils, H, W, 2]; their phase is also that of the image, which is real.
 */
export function multiCoil(shape: ImageShape, mask: Float32Array, maps: FloatArray): LinearOperator {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const coils = maps.shape[0];
  const outputShape = [channels * coils, height, width, 2];
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) => columnSum(mask, x, width) > 0);
  const fft = new CentredFft2d(height, width, columns);
  const plane = { re: new Float64Array(pixels), im: new Float64Array(pixels) };
  const map = maps.data;

  return withLinearization({
    inputShape: shape,
    outputShape,
    field: 'complex',
    observed: repeatPlane(channels * coils, doubled(mask)),
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      for (let output = 0; output < channels * coils; output++) {
        const from = Math.floor(output / coils) * pixels;
        const own = 2 * (output % coils) * pixels;
        const to = 2 * output * pixels;
        for (let i = 0; i < pixels; i++) {
          plane.re[i] = map[own + 2 * i] * x.data[from + i];
          plane.im[i] = map[own + 2 * i + 1] * x.data[from + i];
        }
        fft.forward(plane);
        for (let i = 0; i < pixels; i++) {
          if (mask[i] === 0) continue;
          out.data[to + 2 * i] = plane.re[i];
          out.data[to + 2 * i + 1] = plane.im[i];
        }
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      for (let output = 0; output < channels * coils; output++) {
        const to = Math.floor(output / coils) * pixels;
        const own = 2 * (output % coils) * pixels;
        const from = 2 * output * pixels;
        for (let i = 0; i < pixels; i++) {
          plane.re[i] = mask[i] * y.data[from + 2 * i];
          plane.im[i] = mask[i] * y.data[from + 2 * i + 1];
        }
        fft.inverse(plane);
        for (let i = 0; i < pixels; i++) {
          out.data[to + i] += map[own + 2 * i] * plane.re[i] + map[own + 2 * i + 1] * plane.im[i];
        }
      }
      return out;
    },
    norm: largestSensitivity(maps, pixels),
  });
}

function columnSum(mask: Float32Array, column: number, width: number): number {
  let sum = 0;
  for (let i = column; i < mask.length; i += width) sum += mask[i];
  return sum;
}

/** The largest √Σ|map|² of any pixel, which bounds the operator: the rest of it makes nothing longer. */
function largestSensitivity({ data }: FloatArray, pixels: number): number {
  const squares = new Float64Array(pixels);
  for (let i = 0; i < data.length; i++) squares[(i >> 1) % pixels] += data[i] ** 2;
  return Math.sqrt(squares.reduce((largest, value) => Math.max(largest, value), 0));
}
