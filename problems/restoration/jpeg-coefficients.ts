/**
 * What a JPEG file rounds: the cosine coefficients of luma and colour differences in blocks of 8×8, orthonormal, in
 * units of the image. They are linear in it; each lies within half a step of what the file holds.
 */
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { JpegCoding } from '../../src/core/jpeg-coding.js';
import { type LinearOperator, type Rounding, withLinearization } from '../operator.js';
import type { ImageShape } from '../parts/planes.js';
import { type ChromaScaling, chromaScaling, FROM_RGB, mixPlanes, transposed } from './chroma.js';
import { cosineBlocks, fromCosineBlocks } from './cosine-blocks.js';

/** Where a plane's coefficients lie, and how many pixels of it there are. */
interface PlaneLayout {
  readonly start: number;
  readonly height: number;
  readonly width: number;
  readonly scaling?: ChromaScaling;
}

/** @param image as it is stored, 1 or 3 channels. */
export function jpegRounding(image: ImageShape, coding: JpegCoding): Rounding {
  const [channels, height, width] = image;
  const scaling =
    channels === 3 && coding.chroma !== 'full' ? chromaScaling(coding.chroma, height, width) : undefined;
  const layouts: PlaneLayout[] = [{ start: 0, height, width }];
  let total = blockValues(height, width);
  for (let c = 1; c < channels; c++) {
    const small = scaling
      ? { height: scaling.down.height, width: scaling.down.width, scaling }
      : { height, width };
    layouts.push({ start: total, ...small });
    total += blockValues(small.height, small.width);
  }
  const steps = new Float32Array(total);
  const gains = new Float32Array(total);
  for (const [c, { start, height: rows, width: columns }] of layouts.entries()) {
    const table = tableOf(coding, c);
    const end = start + blockValues(rows, columns);
    for (let i = start; i < end; i++) steps[i] = table[(i - start) % 64] / 255;
    gains.fill(gainOf(channels, c, layouts[c].scaling), start, end);
  }
  return { linear: coefficients(image, layouts, total), read: reader(image, layouts, total), steps, gains };
}

function blockValues(height: number, width: number): number {
  return 64 * Math.ceil(height / 8) * Math.ceil(width / 8);
}

function tableOf({ tables }: JpegCoding, channel: number): readonly number[] {
  const start = Math.min(64 * channel, tables.length - 64);
  return tables.slice(start, start + 64);
}

/** Variance of white noise in the mixture of colours, and in its means of pixels. */
function gainOf(channels: number, channel: number, scaling?: ChromaScaling): number {
  const mixing = channels === 1 ? 1 : FROM_RGB[channel].reduce((sum, share) => sum + share * share, 0);
  return mixing / ((scaling?.rows ? 2 : 1) * (scaling?.columns ? 2 : 1));
}

function coefficients(image: ImageShape, layouts: readonly PlaneLayout[], total: number): LinearOperator {
  const [channels, height, width] = image;
  const pixels = height * width;
  return withLinearization({
    inputShape: image,
    outputShape: [total],
    apply(x) {
      const out = new Float32Array(total);
      for (const [c, plane] of mixed(x, image).entries()) {
        const { start, height: rows, width: columns, scaling } = layouts[c];
        cosineBlocks(scaling ? scaling.down.apply(plane) : plane, rows, columns, out, start);
      }
      return floatArray(out, [total]);
    },
    adjoint(u) {
      const planes = layouts.map(({ start, height: rows, width: columns, scaling }) => {
        const plane = fromCosineBlocks(u.data, start, rows, columns);
        return scaling ? scaling.down.transposed(plane) : plane;
      });
      const out = new Float32Array(channels * pixels);
      const unmixed = channels === 3 ? mixPlanes(transposed(FROM_RGB), planes) : planes;
      for (const [c, plane] of unmixed.entries()) out.set(plane, c * pixels);
      return floatArray(out, image);
    },
  });
}

/** The same of a decoded picture: what enlarging did to the colour differences is undone. */
function reader(image: ImageShape, layouts: readonly PlaneLayout[], total: number): Rounding['read'] {
  return (y) => {
    const out = new Float32Array(total);
    for (const [c, plane] of mixed(y, image).entries()) {
      const { start, height, width, scaling } = layouts[c];
      cosineBlocks(scaling ? shrunk(plane, scaling) : plane, height, width, out, start);
    }
    return floatArray(out, [total]);
  };
}

/** Enough for 8 bits: each round leaves at most a half of what enlarging and shrinking blur, a quarter in corners. */
const ROUNDS = 8;

/** s with up(s) = plane as nearly as can be: s ← s + down(plane − up(s)). */
function shrunk(plane: Float64Array, { down, up }: ChromaScaling): Float64Array {
  const small = down.apply(plane);
  for (let round = 0; round < ROUNDS; round++) {
    const left = up.apply(small);
    for (let i = 0; i < left.length; i++) left[i] = plane[i] - left[i];
    const correction = down.apply(left);
    for (let i = 0; i < small.length; i++) small[i] += correction[i];
  }
  return small;
}

function mixed(x: FloatArray, [channels, height, width]: ImageShape): Float64Array[] {
  const pixels = height * width;
  const planes = Array.from({ length: channels }, (_, c) =>
    Float64Array.from(x.data.subarray(c * pixels, (c + 1) * pixels)),
  );
  return channels === 3 ? mixPlanes(FROM_RGB, planes) : planes;
}
