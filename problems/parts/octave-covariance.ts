/**
 * The covariance of stationary noise in images [C, H, W] whose strength is known by octave. It is diagonal in cosines
 * (over the plane) and in a basis of colours of each frequency: V diag(λ) Vᵀ.
 */
import { type FloatArray, floatArray, formatShape, type Shape, sizeOf } from '../../src/core/array.js';
import { squareOf } from '../../src/core/channel-products.js';
import { Dct2d } from '../../src/core/dct.js';
import { UsageError } from '../../src/core/errors.js';
import { type Eigen, symmetricEigen } from '../../src/core/symmetric-eigen.js';

/** The frequency, in cycles a pixel along the faster axis, that stands for the finest octave. */
const FINEST = 0.35;
/** Steps of an octave in which the covariance of colours is tabulated. */
const STEPS = 16;

export interface OctaveCovariance {
  /** λ in the coordinates of `toSpectrum`, all positive. */
  readonly eigenvalues: Float32Array;
  /** Vᵀx */
  toSpectrum(x: FloatArray): FloatArray;
  /** V u, of the shape given. */
  fromSpectrum(u: FloatArray): FloatArray;
}

/**
 * @param octaves densities in units of white noise's variance, finest first: one number where the channels are
 * independent and alike, else the channels' covariance 00, 01, 11, 02, 12, 22. Between the octaves it is interpolated,
 * below the coarsest constant.
 * @throws UsageError where the shape is not that of an image with as many channels.
 */
export function octaveCovariance(octaves: readonly (readonly number[])[], shape: Shape): OctaveCovariance {
  const [channels, height, width] = shape;
  const pairs = octaves[0].length;
  if (shape.length !== 3 || (pairs > 1 && pairs !== (channels * (channels + 1)) / 2)) {
    throw new UsageError(
      `correlated noise with ${pairs} numbers an octave is none of arrays of shape ${formatShape(shape)}`,
    );
  }
  const table = coloursByFrequency(octaves, pairs > 1 ? channels : 1);
  const rows = Uint16Array.from({ length: height * width }, (_, i) => {
    const frequency = Math.max(Math.floor(i / width) / (2 * height), (i % width) / (2 * width));
    const octave = frequency > 0 ? Math.log2(FINEST / frequency) : octaves.length;
    return Math.round(STEPS * Math.min(octaves.length - 1, Math.max(0, octave)));
  });
  const size = height * width;
  const eigenvalues = new Float32Array(channels * size);
  for (let k = 0; k < channels; k++) {
    for (let i = 0; i < size; i++) eigenvalues[k * size + i] = table[rows[i]].values[pairs > 1 ? k : 0];
  }
  const plan = new Dct2d(height, width);
  const turn = (planes: Float64Array[], back: boolean) => {
    if (pairs > 1) turnColours(planes, table, rows, back);
  };
  return {
    eigenvalues,
    toSpectrum(x) {
      const planes = Array.from({ length: channels }, () => new Float64Array(size));
      for (let c = 0; c < channels; c++) plan.forward(x.data, c * size, planes[c]);
      turn(planes, false);
      const u = new Float32Array(channels * size);
      for (let c = 0; c < channels; c++) u.set(planes[c], c * size);
      return floatArray(u, [u.length]);
    },
    fromSpectrum(u) {
      const planes = Array.from({ length: channels }, (_, c) =>
        Float64Array.from(u.data.subarray(c * size, (c + 1) * size)),
      );
      turn(planes, true);
      const x = new Float32Array(sizeOf(shape));
      for (let c = 0; c < channels; c++) plan.inverse(planes[c], x, c * size);
      return floatArray(x, shape);
    },
  };
}

/** Eigenvalues and colours at `STEPS` places an octave; a mean of covariances is one. */
function coloursByFrequency(octaves: readonly (readonly number[])[], channels: number): Eigen[] {
  return Array.from({ length: STEPS * (octaves.length - 1) + 1 }, (_, row) => {
    const octave = Math.min(Math.floor(row / STEPS), octaves.length - 1);
    const share = row / STEPS - octave;
    const next = octaves[Math.min(octave + 1, octaves.length - 1)];
    const mixed = octaves[octave].map((value, pair) => (1 - share) * value + share * next[pair]);
    const eigen = symmetricEigen(squareOf(mixed, channels), channels);
    if (!(eigen.values[0] > 0)) throw new UsageError('the covariance of correlated noise must be positive');
    const least = eigen.values[0] * LEAST;
    return { ...eigen, values: eigen.values.map((value) => Math.max(value, least)) };
  });
}

/** No colour is without noise: the likelihood would be infinite. */
const LEAST = 1e-4;

/** To the colours of each frequency, or back. */
function turnColours(
  planes: Float64Array[],
  table: readonly Eigen[],
  rows: Uint16Array,
  back: boolean,
): void {
  const channels = planes.length;
  const before = new Float64Array(channels);
  for (let i = 0; i < rows.length; i++) {
    const { vectors } = table[rows[i]];
    for (let c = 0; c < channels; c++) before[c] = planes[c][i];
    for (let k = 0; k < channels; k++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        sum += vectors[back ? c * channels + k : k * channels + c] * before[c];
      }
      planes[k][i] = sum;
    }
  }
}
