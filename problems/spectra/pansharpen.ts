/** Pansharpening: a satellite's colours at few pixels and its grey (panchromatic) picture at many. */
import { z } from 'zod';
import { type FloatArray, formatShape, type Shape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { dot } from '../../src/core/vector.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, imageShape, requireShape } from '../parts/planes.js';
import { heightAndWidth, sizeOption } from '../parts/size-option.js';

const options = z.strictObject({
  factor: z.int().min(2).max(64).default(4).describe('pixels in each direction that one of colour covers'),
  weights: z
    .array(z.number().min(0).max(1))
    .min(2)
    .optional()
    .describe('share of each channel in the panchromatic picture; equal shares when absent'),
  size: sizeOption
    .optional()
    .describe('height and width of the image of a measurement; a square image of 3 channels when absent'),
});

/** The measurement is one row of values: the colours [C, H/factor, W/factor], then the panchromatic picture [H, W]. */
export const pansharpen: OperatorFamily<typeof options> = {
  name: 'pansharpen',
  summary: 'colours at low resolution (mean of blocks) and a panchromatic picture at full resolution',
  options,

  imageShape(measured, { factor, size }) {
    const count = measured[0];
    const side = Math.round(Math.sqrt(count / (1 + 3 / factor ** 2)));
    const [height, width] = size === undefined ? [side, side] : heightAndWidth(size);
    const blocks = (height / factor) * (width / factor);
    const channels = (count - height * width) / blocks;
    if (measured.length !== 1 || !Number.isInteger(blocks) || !Number.isInteger(channels) || channels < 1) {
      throw new UsageError(
        `pansharpen with factor ${factor} measures no ${formatShape(measured)} values of an image of ${height}×${width}; size=HxW says which image it is of`,
      );
    }
    return [channels, height, width];
  },

  create(shape, { factor, weights, size }) {
    const image = imageShape(shape, 'pansharpen');
    const [channels, height, width] = image;
    if (height % factor !== 0 || width % factor !== 0) {
      throw new UsageError(
        `pansharpen needs a height and width that factor ${factor} divides, but the image is ${formatShape(shape)}`,
      );
    }
    if (size !== undefined && heightAndWidth(size).join() !== `${height},${width}`) {
      throw new UsageError(`pansharpen:size is ${size}, but the image is ${height}x${width}`);
    }
    if (weights !== undefined && weights.length !== channels) {
      throw new UsageError(
        `pansharpen:weights has ${weights.length} shares, but the image has ${channels} channels`,
      );
    }
    if (weights?.every((weight) => weight === 0)) {
      throw new UsageError('pansharpen:weights are all 0, but the panchromatic picture sees some channel');
    }
    return meansAndWeighted(image, factor, weights ?? new Array<number>(channels).fill(1 / channels));
  },
};

/**
 * Block means of every channel, and the channels' weighted sum w. With P the projection on what is constant in blocks,
 * AᵀA = P/factor² + wwᵀ: on the range of P and beside it a rank-one matrix between channels, solved by the formula of
 * Sherman and Morrison.
 */
function meansAndWeighted(shape: ImageShape, factor: number, weights: readonly number[]): LinearOperator {
  const [channels, height, width] = shape;
  const pixels = height * width;
  const area = factor * factor;
  const blocks = blocksOf(shape, factor);
  const w = Float64Array.from(weights);
  const squared = dot(w, w);
  const colours = channels * blocks.count;
  const outputShape: Shape = [colours + pixels];
  return withLinearization({
    inputShape: shape,
    outputShape,
    apply(x) {
      requireShape(x, shape);
      const out = zeros(outputShape);
      out.data.set(blocks.means(x.data));
      const panchromatic = out.data.subarray(colours);
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < pixels; i++) panchromatic[i] += w[c] * x.data[c * pixels + i];
      }
      return out;
    },
    adjoint(y) {
      requireShape(y, outputShape);
      const out = zeros(shape);
      const panchromatic = y.data.subarray(colours);
      for (let c = 0; c < channels; c++) {
        const means = y.data.subarray(c * blocks.count, (c + 1) * blocks.count);
        const plane = out.data.subarray(c * pixels, (c + 1) * pixels);
        for (let i = 0; i < pixels; i++) plane[i] = means[blocks.of[i]] / area + w[c] * panchromatic[i];
      }
      return out;
    },
    normalSolve: (b, rho) => filtered(b, blocks, w, shifted(rho + 1 / area, squared), shifted(rho, squared)),
    norm: Math.sqrt(1 / area + squared),
  });
}

/** The blocks of factor × factor pixels. */
interface Blocks {
  readonly count: number;
  /** The block that each pixel of a plane lies in. */
  readonly of: Int32Array;
  /** [C·H·W] → [C·count] */
  means(values: Float32Array): Float64Array;
}

function blocksOf([channels, height, width]: ImageShape, factor: number): Blocks {
  const pixels = height * width;
  const area = factor * factor;
  const count = pixels / area;
  const of = Int32Array.from({ length: pixels }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return Math.floor(y / factor) * (width / factor) + Math.floor(x / factor);
  });
  return {
    count,
    of,
    means(values) {
      const sums = new Float64Array(channels * count);
      for (let c = 0; c < channels; c++) {
        for (let i = 0; i < pixels; i++) sums[c * count + of[i]] += values[c * pixels + i];
      }
      return sums.map((sum) => sum / area);
    },
  };
}

/** Multiplies what is constant in blocks by (a.rest + a.along·wwᵀ/‖w‖²) and what is beside it by the same of b. */
function filtered(
  x: FloatArray,
  blocks: Blocks,
  w: Float64Array,
  constant: Gains,
  beside: Gains,
): FloatArray {
  const pixels = blocks.of.length;
  const squared = dot(w, w);
  const means = blocks.means(x.data);
  const out = zeros(x.shape);
  const alongMeans = weighted(means, w, blocks.count);
  const along = weighted(x.data, w, pixels);
  for (let c = 0; c < w.length; c++) {
    const share = w[c] / squared;
    for (let i = 0, at = c * pixels; i < pixels; i++, at++) {
      const mean = means[c * blocks.count + blocks.of[i]];
      const meanAlong = share * alongMeans[blocks.of[i]];
      out.data[at] =
        constant.rest * mean +
        constant.along * meanAlong +
        beside.rest * (x.data[at] - mean) +
        beside.along * (share * along[i] - meanAlong);
    }
  }
  return out;
}

/** rest·I + along·wwᵀ/‖w‖² */
interface Gains {
  readonly rest: number;
  readonly along: number;
}

/** (alpha·I + wwᵀ)⁻¹ */
function shifted(alpha: number, squared: number): Gains {
  return { rest: 1 / alpha, along: 1 / (alpha + squared) - 1 / alpha };
}

/** Σ_c w_c·plane_c */
function weighted(values: Float32Array | Float64Array, w: Float64Array, size: number): Float64Array {
  const sum = new Float64Array(size);
  for (let c = 0; c < w.length; c++) {
    for (let i = 0; i < size; i++) sum[i] += w[c] * values[c * size + i];
  }
  return sum;
}
