/** Laplace noise: y = clean + b·n with p(n) = ½ exp(−|n|), heavier in its tails than a Gaussian. */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../src/core/array.js';
import type { NoiseFamily } from './family.js';
import type { NoiseModel } from './noise.js';

const options = z.strictObject({
  scale: z
    .number()
    .gt(0)
    .max(1)
    .describe('scale b in [0, 1] image units, such as 10/255; the standard deviation is √2·b'),
});

/**
 * log p = −|y − clean|/b − log 2b. The gradient is ±1/b, whatever the distance; at y = clean, where there is none, it is
 * 0, the middle of the subgradients. The information is 1/b²: a residual is ±b, and no outlier pulls more than another value.
 */
export function laplaceNoise(scale: number): NoiseModel {
  const signs = (clean: FloatArray, y: FloatArray, size: number) =>
    mapArray(clean, (value, i) => Math.sign(y.data[i] - value) * size);
  return {
    name: 'laplace',
    sample: (clean, random) =>
      mapArray(clean, (value) => {
        const u = random.uniform() - 0.5;
        return value - scale * Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
      }),
    logLikelihood(clean, y) {
      let distance = 0;
      for (let i = 0; i < y.data.length; i++) distance += Math.abs(y.data[i] - clean.data[i]);
      return -distance / scale - y.data.length * Math.log(2 * scale);
    },
    gradient: (clean, y) => signs(clean, y, 1 / scale),
    residual: (clean, y) => signs(clean, y, scale),
  };
}

export const laplace: NoiseFamily = {
  name: 'laplace',
  summary: 'additive noise with heavy tails',
  options,
  create: (given) => laplaceNoise(options.parse(given).scale),
};
