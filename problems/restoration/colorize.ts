/**
 * Luminance: the luma Y′ = 0.299 R′ + 0.587 G′ + 0.114 B′ of Rec. ITU-R BT.601 on sRGB-encoded values, which is what
 * a grey picture holds. `colorize` is its public name.
 */
import { z } from 'zod';
import { type FloatArray, floatArray, formatShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { imageShape, requireShape, reshaped } from '../parts/planes.js';

const WEIGHTS = [0.299, 0.587, 0.114];
const SQUARES = WEIGHTS.reduce((sum, weight) => sum + weight * weight, 0);

/** [3, H, W] → [1, H, W]; AAᵀ = ‖w‖²·I. */
export function luminance(height: number, width: number): LinearOperator {
  const pixels = height * width;
  const inputShape = [3, height, width];
  const outputShape = [1, height, width];
  const apply = (x: FloatArray) => {
    requireShape(x, inputShape);
    const out = zeros(outputShape);
    for (let i = 0; i < pixels; i++) {
      out.data[i] =
        WEIGHTS[0] * x.data[i] + WEIGHTS[1] * x.data[i + pixels] + WEIGHTS[2] * x.data[i + 2 * pixels];
    }
    return out;
  };
  const adjoint = (y: FloatArray) => {
    requireShape(y, outputShape);
    const out = zeros(inputShape);
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < pixels; i++) out.data[channel * pixels + i] = WEIGHTS[channel] * y.data[i];
    }
    return out;
  };
  return withLinearization({
    inputShape,
    outputShape,
    luminance: true,
    undo: { grey: true, invert: (y) => floatArray(y.data.slice(), outputShape) },
    apply,
    adjoint,
    normalSolve: (b, rho) => solvePixels(b, rho, pixels),
    svd: {
      values: Float32Array.from({ length: 3 * pixels }, (_, i) => (i < pixels ? Math.sqrt(SQUARES) : 0)),
      toSpectrum: (x) => reshaped(reflectPixels(x, pixels), [3 * pixels]),
      fromSpectrum: (u) => reshaped(reflectPixels(u, pixels), inputShape),
      measurementToSpectrum(y) {
        const out = zeros([3 * pixels]);
        out.data.set(y.data);
        return out;
      },
    },
    norm: Math.sqrt(SQUARES),
    rowScale: SQUARES,
  });
}

/** (wwᵀ + ρI)⁻¹ at every pixel, by the formula of Sherman and Morrison. */
function solvePixels(b: FloatArray, rho: number, pixels: number): FloatArray {
  const out = zeros(b.shape);
  for (let i = 0; i < pixels; i++) {
    let grey = 0;
    for (let channel = 0; channel < 3; channel++) grey += WEIGHTS[channel] * b.data[channel * pixels + i];
    for (let channel = 0; channel < 3; channel++) {
      const at = channel * pixels + i;
      out.data[at] = (b.data[at] - (WEIGHTS[channel] * grey) / (SQUARES + rho)) / rho;
    }
  }
  return out;
}

/** At every pixel the reflection that exchanges the direction of luminance and the first axis; its own inverse. */
function reflectPixels(x: FloatArray, pixels: number): FloatArray {
  const normal = WEIGHTS.map((weight, channel) => weight / Math.sqrt(SQUARES) - (channel === 0 ? 1 : 0));
  const squares = normal.reduce((sum, value) => sum + value * value, 0);
  const out = zeros(x.shape);
  for (let i = 0; i < pixels; i++) {
    let along = 0;
    for (let channel = 0; channel < 3; channel++) along += normal[channel] * x.data[channel * pixels + i];
    for (let channel = 0; channel < 3; channel++) {
      const at = channel * pixels + i;
      out.data[at] = x.data[at] - (2 * along * normal[channel]) / squares;
    }
  }
  return out;
}

export const colorize: OperatorFamily = {
  name: 'colorize',
  summary: 'colour is missing: the measurement is the luminance (Rec. 601 luma)',
  options: z.strictObject({}),
  imageShape(shape) {
    const [channels, height, width] = imageShape(shape, 'colorize');
    if (channels !== 1) {
      throw new UsageError(`colorize measures one channel, but the measurement is ${formatShape(shape)}`);
    }
    return [3, height, width];
  },
  create(shape) {
    const [channels, height, width] = imageShape(shape, 'colorize');
    if (channels !== 3) {
      throw new UsageError(`colorize takes images of 3 channels, but the image is ${formatShape(shape)}`);
    }
    return luminance(height, width);
  },
};
