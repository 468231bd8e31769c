/**
 * What a JPEG file rounds: the cosine coefficients of luma and colour differences in blocks of 8×8, orthonormal, in
 * units of the image. They are linear in it; each lies within half a step of what the file holds.
 */
import { type FloatArray, floatArray } from '../../src/core/array.js';
import type { JpegCoding } from '../../src/core/jpeg-coding.js';
import { axpy } from '../../src/core/vector.js';
import { compose } from '../algebra/compose.js';
import { crop } from '../algebra/crop.js';
import { normalSolve } from '../normal-solve.js';
import { type LinearOperator, type Rounding, type Strip, withLinearization } from '../operator.js';
import { diagonal } from '../parts/diagonal.js';
import type { ImageShape } from '../parts/planes.js';
import { inStrips } from '../parts/strips.js';
import { type ChromaScaling, chromaScaling, FROM_RGB, mixPlane, transposed } from './chroma.js';
import { blockValues, cosineBlocks, fromCosineBlocks } from './cosine-blocks.js';
import { unitOf, unitSolver } from './jpeg-units.js';

/** Where a plane's coefficients lie, and how many pixels of it there are. */
interface PlaneLayout {
  readonly start: number;
  readonly height: number;
  readonly width: number;
  readonly scaling?: ChromaScaling;
}

interface JpegStrip extends Strip {
  /** Of its channels. */
  readonly layouts: readonly PlaneLayout[];
}

/** Rows of a strip: whole units of blocks. Strips are measured apart from one another, as blocks are. */
const ROWS = 64;

/** Torn units are few pixels. */
const TORN = { tolerance: 1e-5, iterations: 200 };

/** @param image as it is stored, 1 or 3 channels. */
export function jpegRounding(image: ImageShape, coding: JpegCoding): Rounding {
  const [channels, height, width] = image;
  const whole = height < ROWS ? undefined : stripOf([channels, ROWS, width], coding);
  const strips: JpegStrip[] = [];
  const [unit] = unitOf(scalingOf(image, coding));
  for (let top = 0, start = 0; top < height; ) {
    // Torn units at the bottom are a strip of their own, which has no closed form.
    const left = height - top;
    const rows = Math.min(ROWS, left < unit ? left : left - (left % unit));
    const strip = rows === ROWS ? whole! : stripOf([channels, rows, width], coding);
    strips.push({ ...strip, top, start });
    start += strip.operator.outputShape[0];
    top += rows;
  }
  const linear = inStrips(image, strips);
  return {
    linear,
    read: (y) => read(y, image, coding, strips),
    variances(noise) {
      const out = new Float32Array(linear.outputShape[0]);
      for (const { start, layouts } of strips) {
        for (const [c, layout] of layouts.entries()) {
          const values = variancesOf(tableOf(coding, c), gainOf(channels, c, layout.scaling), noise);
          const from = start + layout.start;
          const count = blockValues(layout.height, layout.width);
          for (let i = 0; i < count; i++) out[from + i] = values[i % 64];
        }
      }
      return out;
    },
  };
}

function stripOf(image: ImageShape, coding: JpegCoding): Pick<JpegStrip, 'operator' | 'layouts'> {
  const [channels, height, width] = image;
  const scaling = scalingOf(image, coding);
  const layouts: PlaneLayout[] = [{ start: 0, height, width }];
  let total = blockValues(height, width);
  for (let c = 1; c < channels; c++) {
    const small = scaling
      ? { height: scaling.down.height, width: scaling.down.width, scaling }
      : { height, width };
    layouts.push({ start: total, ...small });
    total += blockValues(small.height, small.width);
  }
  const operator = coefficients(image, layouts, total);
  return { operator: { ...operator, weightedSolve: solverOf(image, coding, layouts) }, layouts };
}

/** Where the strip's height is whole units: those in closed form, and what is torn at their right besides. */
function solverOf(
  image: ImageShape,
  coding: JpegCoding,
  layouts: readonly PlaneLayout[],
): LinearOperator['weightedSolve'] {
  const [channels, height, width] = image;
  const [unitHeight, unitWidth] = unitOf(scalingOf(image, coding));
  const whole = width - (width % unitWidth);
  if (height % unitHeight !== 0 || whole === 0) return undefined;
  const shape: ImageShape = [channels, height, whole];
  const solve = unitSolver(shape, scalingOf(shape, coding));
  const [kept, beyond] = [partOf(image, 0, whole), whole < width ? partOf(image, whole, width) : undefined];
  const torn = beyond && stripOf([channels, height, width - whole], coding);
  return (weights) => {
    const own = layouts.map(({ start }) => weights.subarray(start, start + 64));
    const last = torn && compose([torn.operator, repeated(own, torn)]);
    return async (b, rho) => {
      if (!beyond) return solve(own, b, rho);
      const out = await kept.adjoint(solve(own, await kept.apply(b), rho));
      const beside = await normalSolve(last as LinearOperator, await beyond.apply(b), rho, TORN);
      axpy(1, (await beyond.adjoint(beside)).data, out.data);
      return out;
    };
  };
}

/** Some columns of a strip. */
function partOf([channels, height, width]: ImageShape, left: number, end: number): LinearOperator {
  return crop([channels, height, width], { top: 0, left, height, width: end - left });
}

/** Weighs the coefficients of all blocks of a channel alike. */
function repeated(
  own: readonly Float32Array[],
  { operator, layouts }: Pick<JpegStrip, 'operator' | 'layouts'>,
): LinearOperator {
  const weights = new Float32Array(operator.outputShape[0]);
  for (const [c, { start, height, width }] of layouts.entries()) {
    for (let i = 0; i < blockValues(height, width); i++) weights[start + i] = own[c][i & 63];
  }
  return diagonal(operator.outputShape, weights);
}

function scalingOf([channels, height, width]: ImageShape, { chroma }: JpegCoding): ChromaScaling | undefined {
  return channels === 3 && chroma !== 'full' ? chromaScaling(chroma, height, width) : undefined;
}

/** Of the 64 coefficients of a block. @param gain variance that white noise of variance 1 in y has in each. */
function variancesOf(table: readonly number[], gain: number, noise: number): Float32Array {
  const [steps, gains] = [Float32Array.from(table, (step) => step / 255), Float32Array.of(gain)];
  return steps.map((step) => step ** 2 / 12 + gains[0] * noise);
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

/** Of a strip. */
function coefficients(image: ImageShape, layouts: readonly PlaneLayout[], total: number): LinearOperator {
  const [channels, height, width] = image;
  const pixels = height * width;
  return withLinearization({
    inputShape: image,
    outputShape: [total],
    apply(x) {
      const out = new Float32Array(total);
      for (const [c, { start, height: rows, width: columns, scaling }] of layouts.entries()) {
        const plane = mixedPlane(x, image, c);
        out.set(cosineBlocks(scaling ? scaling.down.apply(plane) : plane, rows, columns), start);
      }
      return floatArray(out, [total]);
    },
    adjoint(u) {
      const planes = layouts.map(({ start, height: rows, width: columns, scaling }) => {
        const blocks = u.data.subarray(start, start + blockValues(rows, columns));
        const plane = fromCosineBlocks(blocks, rows, columns);
        return scaling ? scaling.down.transposed(plane) : plane;
      });
      const out = new Float32Array(channels * pixels);
      const back = transposed(FROM_RGB);
      for (let c = 0; c < channels; c++) {
        out.set(channels === 3 ? mixPlane(back[c], planes) : planes[c], c * pixels);
      }
      return floatArray(out, image);
    },
  });
}

/** The same of a decoded picture: what enlarging did to the colour differences is undone. */
function read(
  y: FloatArray,
  image: ImageShape,
  coding: JpegCoding,
  strips: readonly JpegStrip[],
): FloatArray {
  const last = strips[strips.length - 1];
  const out = new Float32Array(last.start + last.operator.outputShape[0]);
  const scaling = scalingOf(image, coding);
  for (let c = 0; c < image[0]; c++) {
    const whole = mixedPlane(y, image, c);
    const plane = c > 0 && scaling ? shrunk(whole, scaling) : whole;
    let from = 0;
    for (const { start, layouts } of strips) {
      const { start: own, height, width } = layouts[c];
      out.set(cosineBlocks(plane.subarray(from, from + height * width), height, width), start + own);
      from += height * width;
    }
  }
  return floatArray(out, [out.length]);
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

/** A channel's luma or colour difference; the channel itself of a grey picture. */
function mixedPlane(x: FloatArray, [channels, height, width]: ImageShape, channel: number): Float64Array {
  const pixels = height * width;
  const planeOf = (c: number) => x.data.subarray(c * pixels, (c + 1) * pixels);
  return channels === 3
    ? mixPlane(FROM_RGB[channel], [planeOf(0), planeOf(1), planeOf(2)])
    : new Float64Array(planeOf(channel));
}
