/** Laplace noise: y = clean + b·n with p(n) = ½ exp(−|n|), heavier in its tails than a Gaussian. */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';

const options = z.strictObject({
  scale: z
    .number()
    .gt(0)
    .max(1)
    .describe('scale b in [0, 1] image units, such as 10/255; the standard deviation is √2·b'),
});

/**
 * log p = −|y − clean|/b − log 2b. The gradient is ±1/b, whatever the distance; at y = clean, where there is none, it
 * is 0, the middle of the subgradients. The information is 1/b²: a residual is ±b, and no outlier pulls more than
 * another value.
 */
export function laplaceNoise(scale: number): NoiseModel {
  const signs = (clean: FloatArray, y: FloatArray, size: number) =>
    mapArray(clean, (value, i) => Math.sign(y.data[i] - value) * size);
  const logDensity = (clean: number, y: number) => -Math.abs(y - clean) / scale - Math.log(2 * scale);
  return {
    name: 'laplace',
    sample: (clean, random) =>
      mapArray(clean, (value) => {
        const u = random.uniform() - 0.5;
        return value - scale * Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
      }),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) => signs(clean, y, 1 / scale),
    residual: (clean, y) => signs(clean, y, scale),
  };
}

export const laplace: NoiseFamily<typeof options> = {
  name: 'laplace',
  summary: 'additive noise with heavy tails',
  options,
  create: ({ scale }) => laplaceNoise(scale),
};
