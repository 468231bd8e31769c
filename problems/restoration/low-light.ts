/** Low light: a short exposure, and a tone curve that darkens the shadows further. */
import { z } from 'zod';
import type { OperatorFamily } from '../family.js';
import { pointwise } from '../parts/pointwise.js';

const options = z.strictObject({
  exposure: z.number().gt(0).max(1).default(0.2).describe('share of the light that is left'),
  gamma: z.number().min(1).max(10).default(2.2).describe('exponent of the tone curve; 1 leaves it straight'),
});

/**
 * x ↦ exposure·x^gamma, as low-light data sets are made (Lv, Li & Lu, "Attention guided low-light image enhancement with a
 * large scale low-light simulation dataset", 2021). Negative values, where solvers pass, go as −exposure·|x|^gamma, so
 * that the derivative is continuous and points back.
 */
export const lowLight: OperatorFamily = {
  name: 'low-light',
  summary: 'a dark picture: exposure times a power of the image',
  options,
  imageShape: (shape) => shape,
  create(shape, given) {
    const { exposure, gamma } = options.parse(given);
    const atBlack = gamma === 1 ? exposure : 0;
    return pointwise(shape, (x, result, slopes) => {
      for (let i = 0; i < x.length; i++) {
        const value = x[i];
        // |value|^gamma: a logarithm and an exponential cost half as much as a power.
        const dark = exposure * Math.exp(gamma * Math.log(Math.abs(value)));
        result[i] = value < 0 ? -dark : dark;
        slopes[i] = value === 0 ? atBlack : (gamma * dark) / Math.abs(value);
      }
    });
  },
};
