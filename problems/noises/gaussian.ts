/** Gaussian noise: y = clean + σ·n. */
import { z } from 'zod';
import { floatArray, mapArray } from '../../src/core/array.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';

const options = z.strictObject({
  sigma: z
    .number()
    .gt(0)
    .max(1)
    .describe(
      'standard deviation in [0, 1] image units, such as 25/255; per real component of complex values',
    ),
});

/** White Gaussian noise of standard deviation `sigma`. */
export function gaussianNoise(sigma: number): NoiseModel {
  const variance = sigma * sigma;
  const logTop = -0.5 * Math.log(2 * Math.PI * variance);
  const logDensity = (clean: number, y: number) => logTop - (0.5 * (y - clean) ** 2) / variance;
  return {
    name: 'gaussian',
    sample: (clean, random) => mapArray(clean, (value) => value + sigma * random.normal()),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient(clean, y) {
      // A plain loop: the bench times it.
      const [from, taken, data] = [y.data, clean.data, new Float32Array(clean.data.length)];
      for (let i = 0; i < data.length; i++) data[i] = (from[i] - taken[i]) / variance;
      return floatArray(data, clean.shape);
    },
    variance: () => variance,
    octaves: [[variance]],
  };
}

export const gaussian: NoiseFamily<typeof options> = {
  name: 'gaussian',
  summary: 'white Gaussian noise',
  options,
  create: ({ sigma }) => gaussianNoise(sigma),
};
