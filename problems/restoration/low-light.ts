/** Low light: a short exposure, and a tone curve that darkens the shadows further. */
import { z } from 'zod';
import { type FloatArray, mapArray, type Shape, sizeOf } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import type { ForwardOperator } from '../operator.js';
import { diagonal } from '../parts/diagonal.js';
import { pointwise } from '../parts/pointwise.js';

const options = z.strictObject({
  exposure: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('share of the light that is left; absent: estimated from the picture, 0.2 in simulations'),
  gamma: z
    .number()
    .min(1)
    .max(10)
    .optional()
    .describe(
      'exponent of the tone curve, 1 leaves it straight; absent: estimated from the picture, 2.2 in simulations',
    ),
});

/** What an exposure makes of white is this quantile of the picture: lamps and reflections may be brighter. */
const WHITE = 0.995;
/** The middle of the restored picture lies here, as that of photographs does on average. */
const MIDDLE = 0.4;
/** A steeper curve would show the blocks of black skies, and turn the colours of shadows. */
const STEEPEST = 1.8;
/** More than this share of the picture beyond white is a wrong exposure. */
const BEYOND_WHITE = 0.05;

/**
 * x ↦ exposure·x^gamma, as low-light data sets are made (Lv, Li & Lu, "Attention guided low-light image enhancement
 * with a large scale low-light simulation dataset", 2021). Negative values, where solvers pass, go as
 * −exposure·|x|^gamma, so that the derivative is continuous and points back. Linear where gamma is 1.
 */
export const lowLight: OperatorFamily<typeof options> = {
  name: 'low-light',
  summary: 'a dark picture: exposure times a power of the image',
  options,
  estimate(measurement, { exposure, gamma }) {
    if (measurement === undefined) return { exposure: exposure ?? 0.2, gamma: gamma ?? 2.2 };
    const sorted = brightness(measurement).sort();
    const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
    const white = exposure ?? Math.min(Math.max(quantile(WHITE), 1 / 255), 1);
    const beyond = sorted.reduce((count, value) => count + (value > 1.1 * white ? 1 : 0), 0) / sorted.length;
    if (beyond > BEYOND_WHITE) {
      throw new UsageError(
        `low-light:exposure is ${exposure}, but ${Math.round(100 * beyond)} % of the picture is brighter than that, ` +
          'so its restoration would be beyond white; left out, it is estimated',
      );
    }
    const curve = Math.log(Math.max(quantile(0.5), 1 / 255) / white) / Math.log(MIDDLE);
    const rounded = Number(Math.min(Math.max(curve, 1), STEEPEST).toFixed(2));
    return { exposure: Number(white.toFixed(4)), gamma: gamma ?? rounded };
  },
  imageShape: (shape) => shape,
  create(shape, { exposure = 0.2, gamma = 2.2 }) {
    if (gamma === 1) return diagonal(shape, new Float32Array(sizeOf(shape)).fill(exposure));
    return curved(shape, exposure, gamma);
  },
};

function curved(shape: Shape, exposure: number, gamma: number): ForwardOperator {
  const invert = (y: FloatArray) =>
    mapArray(y, (value) => Math.sign(value) * (Math.abs(value) / exposure) ** (1 / gamma));
  const curve = pointwise(shape, (x, result, slopes) => {
    for (let i = 0; i < x.length; i++) {
      const value = x[i];
      // |value|^gamma: a logarithm and an exponential cost half as much as a power.
      const dark = exposure * Math.exp(gamma * Math.log(Math.abs(value)));
      result[i] = value < 0 ? -dark : dark;
      slopes[i] = value === 0 ? 0 : (gamma * dark) / Math.abs(value);
    }
  });
  return { ...curve, undo: { invert } };
}

/** The largest channel of each pixel. */
function brightness({ data, shape }: FloatArray): Float32Array {
  const [channels, height, width] = shape;
  const plane = height * width;
  return Float32Array.from({ length: plane }, (_, i) => {
    let largest = data[i];
    for (let channel = 1; channel < channels; channel++)
      largest = Math.max(largest, data[channel * plane + i]);
    return largest;
  });
}
