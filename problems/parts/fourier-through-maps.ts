/** k-space as several coils see it, each through its own sensitivity. */
import { type FloatArray, zeros } from '../../src/core/array.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { inBothParts } from './fourier-of-real.js';
import { litPlane } from './lit-plane.js';
import { type ImageShape, repeatPlane, requireShape } from './planes.js';

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
  const enter = litPlane(height, width, columns);
  const mapOf = (coil: number) => maps.data.subarray(2 * coil * pixels, 2 * (coil + 1) * pixels);

  return withLinearization({
    inputShape: shape,
    outputShape,
    field: 'complex',
    observed: repeatPlane(channels * coils, inBothParts(mask)),
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      const { image, light, values, kept, transform } = enter();
      kept.set(mask);
      for (let output = 0; output < channels * coils; output++) {
        const channel = Math.floor(output / coils);
        image.set(x.data.subarray(channel * pixels, (channel + 1) * pixels));
        light.set(mapOf(output % coils));
        transform();
        out.data.set(values.subarray(0, 2 * pixels), 2 * output * pixels);
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      const { sum, light, values, kept, collect } = enter();
      kept.set(mask);
      for (let channel = 0; channel < channels; channel++) {
        sum.fill(0);
        for (let coil = 0; coil < coils; coil++) {
          const from = 2 * (channel * coils + coil) * pixels;
          values.set(y.data.subarray(from, from + 2 * pixels));
          light.set(mapOf(coil));
          collect();
        }
        out.data.set(sum.subarray(0, pixels), channel * pixels);
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
