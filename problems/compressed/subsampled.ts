/**
 * Some coefficients of an orthonormal transform of every channel, after its pixels were put in another order or changed
 * their signs: rows of an orthogonal matrix, so all that solvers ask for is exact.
 */
import { type FloatArray, floatArray, sizeOf } from '../../src/core/array.js';
import { Dct2d } from '../../src/core/dct.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, repeatPlane, requireShape, reshaped } from '../parts/planes.js';

/** Of one plane, in place. */
export interface OrthonormalTransform {
  forward(plane: Float64Array): void;
  inverse(plane: Float64Array): void;
}

interface Subsampling {
  readonly transform: OrthonormalTransform;
  /** Which coefficients are measured, and in what order. */
  readonly rows: Int32Array;
  /** What they are multiplied by; 1 when absent. */
  readonly gain?: number;
  /** Pixel order[i] comes i-th. */
  readonly order?: Int32Array;
  /** ±1, after the order. */
  readonly signs?: Int8Array;
}

/** [C, H, W] → [C, rows] */
export function subsampled(shape: ImageShape, sampling: Subsampling): LinearOperator {
  const { rows, gain = 1 } = sampling;
  const [channels, height, width] = shape;
  const pixels = height * width;
  const outputShape = [channels, rows.length];
  const { plane, analyse, imageFrom } = transformedPlane(shape, sampling);
  const seen = new Float32Array(pixels);
  for (const row of rows) seen[row] = gain;

  return withLinearization({
    inputShape: shape,
    outputShape,
    apply(x) {
      requireShape(x, shape);
      const out = new Float32Array(sizeOf(outputShape));
      for (let channel = 0; channel < channels; channel++) {
        analyse(x.data, channel);
        for (let k = 0; k < rows.length; k++) out[channel * rows.length + k] = gain * plane[rows[k]];
      }
      return floatArray(out, outputShape);
    },
    adjoint(y) {
      requireShape(y, outputShape);
      return imageFrom((channel) => {
        plane.fill(0);
        const values = y.data.subarray(channel * rows.length, (channel + 1) * rows.length);
        for (let k = 0; k < rows.length; k++) plane[rows[k]] = gain * values[k];
      });
    },
    normalSolve: (b, rho) =>
      imageFrom((channel) => {
        analyse(b.data, channel);
        for (let i = 0; i < pixels; i++) plane[i] /= rho + (seen[i] === 0 ? 0 : gain * gain);
      }),
    svd: {
      values: repeatPlane(channels, seen),
      toSpectrum(x) {
        const out = new Float32Array(sizeOf(shape));
        for (let channel = 0; channel < channels; channel++) {
          analyse(x.data, channel);
          out.set(plane, channel * pixels);
        }
        return floatArray(out, [out.length]);
      },
      fromSpectrum: (u) =>
        imageFrom((channel) => plane.set(u.data.subarray(channel * pixels, (channel + 1) * pixels))),
      measurementToSpectrum(y) {
        const out = new Float32Array(sizeOf(shape));
        for (let i = 0; i < y.data.length; i++) {
          out[Math.floor(i / rows.length) * pixels + rows[i % rows.length]] = y.data[i];
        }
        return reshaped(floatArray(out, shape), [out.length]);
      },
    },
    norm: gain,
    rowScale: gain * gain,
  });
}

/** The coefficients of one channel at a time, and the way there and back. */
function transformedPlane(shape: ImageShape, { transform, order, signs }: Subsampling) {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const plane = new Float64Array(pixels);
  const place = order ?? Int32Array.from({ length: pixels }, (_, i) => i);
  const sign = signs ?? new Int8Array(pixels).fill(1);
  return {
    plane,
    /** Fills the plane with the coefficients of a channel of an image. */
    analyse(data: Float32Array, channel: number): void {
      const image = data.subarray(channel * pixels, (channel + 1) * pixels);
      for (let i = 0; i < pixels; i++) plane[i] = sign[i] * image[place[i]];
      transform.forward(plane);
    },
    /** An image made channel by channel from the coefficients that `fill` writes into the plane. */
    imageFrom(fill: (channel: number) => void): FloatArray {
      const out = new Float32Array(sizeOf(shape));
      for (let channel = 0; channel < channels; channel++) {
        fill(channel);
        transform.inverse(plane);
        const image = out.subarray(channel * pixels, (channel + 1) * pixels);
        for (let i = 0; i < pixels; i++) image[place[i]] = sign[i] * plane[i];
      }
      return floatArray(out, shape);
    },
  };
}

/** Products of cosines, for images of any size. */
export function cosineTransform(height: number, width: number): OrthonormalTransform {
  const dct = new Dct2d(height, width);
  return {
    forward: (plane) => dct.forward(plane, 0, plane),
    inverse: (plane) => dct.inverse(plane, plane, 0),
  };
}
