/** Salt-and-pepper noise: some values are lost to black or white, by dead pixels or lost bits. */
import { z } from 'zod';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';

const options = z.strictObject({
  fraction: z.number().gt(0).lt(1).describe('share of the values that are lost, each by itself'),
  salt: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('share of the lost values that are white (1); the others are 0'),
  sigma: z
    .number()
    .gt(0)
    .max(1)
    .default(1 / 255)
    .describe(
      'standard deviation in [0, 1] image units of the Gaussian noise on the values that are not lost',
    ),
});

/**
 * A value is 1 with probability fraction·salt, 0 with fraction·(1 − salt), and else clean + σ·n. Against the measure
 * that has masses at 0 and 1 beside lengths, this has a density: those probabilities there, and (1 −
 * fraction)·N(clean, σ²) elsewhere. Without the σ·n there would be none: log p would be −∞ but where y equals the
 * clean value.
 *
 * The gradient is 0 where y is exactly 0 or 1, for such a value says nothing of the image, and Gaussian elsewhere.
 * Which values are lost does not depend on the image, but it shows in y only, so that no `variance` is declared.
 */
export function saltPepperNoise(fraction: number, salt = 0.5, sigma = 1 / 255): NoiseModel {
  const white = fraction * salt;
  const variance = sigma * sigma;
  const lost = (y: number) => y === 0 || y === 1;
  const logMass = [Math.log(fraction - white), Math.log(white)];
  const logKept = Math.log(1 - fraction) - 0.5 * Math.log(2 * Math.PI * variance);
  const kept = (clean: FloatArray, y: FloatArray, weight: number) =>
    mapArray(clean, (value, i) => (lost(y.data[i]) ? 0 : (y.data[i] - value) * weight));
  const logDensity = (clean: number, y: number) =>
    lost(y) ? logMass[y] : logKept - (0.5 * (y - clean) ** 2) / variance;
  return {
    name: 'salt-pepper',
    sample: (clean, random) =>
      mapArray(clean, (value) => {
        const u = random.uniform();
        if (u < fraction) return u < white ? 1 : 0;
        return value + sigma * random.normal();
      }),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) => kept(clean, y, 1 / variance),
    residual: (clean, y) => kept(clean, y, 1),
  };
}

export const saltPepper: NoiseFamily<typeof options> = {
  name: 'salt-pepper',
  summary: 'some values are lost to black or white',
  options,
  create({ fraction, salt, sigma }) {
    return saltPepperNoise(fraction, salt, sigma);
  },
};
