/** k-space as several coils see it, each through its own sensitivity. */
import { type FloatArray, zeros } from '../src/core/array.js';
import { CentredFft2d } from '../src/core/centred-fft2d.js';
import { kernels } from '../src/core/kernels.js';
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
  const even = pixels + (pixels % 2);
  const coils = maps.shape[0];
  const outputShape = [channels * coils, height, width, 2];
  const columns = Array.from({ length: width }, (_, x) => x).filter((x) => columnSum(mask, x, width) > 0);
  const fft = new CentredFft2d(height, width, columns);
  const enter = () => {
    // Pixels go through in pairs; what is behind the last one counts for nothing.
    const { others, ...field } = fft.enter(
      [Float64Array, even],
      [Float32Array, even],
      [Float32Array, 2 * even],
      [Float32Array, 2 * even],
      [Float32Array, even],
    );
    const [sum, image, map, values, kept] = others;
    kept.set(mask);
    return { ...field, sum, image, map, values, kept };
  };
  const mapOf = (coil: number) => maps.data.subarray(2 * coil * pixels, 2 * (coil + 1) * pixels);

  return withLinearization({
    inputShape: shape,
    outputShape,
    field: 'complex',
    observed: repeatPlane(channels * coils, doubled(mask)),
    apply(x: FloatArray) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      const { re, im, forward, image, map, values, kept } = enter();
      for (let output = 0; output < channels * coils; output++) {
        const channel = Math.floor(output / coils);
        image.set(x.data.subarray(channel * pixels, (channel + 1) * pixels));
        map.set(mapOf(output % coils));
        kernels.lightPlane(image, map, re, im, even);
        forward();
        kernels.planeToPairs(re, im, kept, values, even);
        out.data.set(values.subarray(0, 2 * pixels), 2 * output * pixels);
      }
      return out;
    },
    adjoint(y: FloatArray) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      const { re, im, inverse, sum, map, values, kept } = enter();
      for (let channel = 0; channel < channels; channel++) {
        sum.fill(0);
        for (let coil = 0; coil < coils; coil++) {
          const from = 2 * (channel * coils + coil) * pixels;
          values.set(y.data.subarray(from, from + 2 * pixels));
          map.set(mapOf(coil));
          kernels.pairsToPlane(values, kept, re, im, even);
          inverse();
          kernels.collectPlane(sum, map, re, im, even);
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
