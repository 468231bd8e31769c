/** Uniform noise: y = clean + a·n with n uniform on [−1, 1], what coarse rounding without dither is taken for. */
import { z } from 'zod';
import { mapArray } from '../../src/core/array.js';
import type { NoiseFamily } from '../family.js';
import type { NoiseModel } from '../noise.js';

const options = z.strictObject({
  halfWidth: z.number().gt(0).max(1).describe('largest error a in [0, 1] image units; the variance is a²/3'),
});

/** What float32 arithmetic in an operator adds to an error of exactly `a`. */
const ROUNDING = 1e-6;

/**
 * log p = −log 2a per value where every error is at most a, −∞ elsewhere. So the posterior is the prior, cut where an
 * error would be larger. Samples of a solver touch that border, and a single value beyond it would make their deviance
 * infinite; given in its place is the sum of squared errors over the variance, (y − clean)²/(a²/3).
 *
 * The gradient is 0 where the likelihood is positive. Where it is zero, its logarithm has no gradient; given is that of
 * the Moreau envelope −½·(|y − clean| − a)²/(a²/3), so that what lies outside is led back.
 */
export function uniformNoise(halfWidth: number): NoiseModel {
  const variance = halfWidth ** 2 / 3;
  return {
    name: 'uniform',
    sample: (clean, random) => mapArray(clean, (value) => value + halfWidth * (2 * random.uniform() - 1)),
    logLikelihood(clean, y) {
      const inside = y.data.every((value, i) => Math.abs(value - clean.data[i]) <= halfWidth + ROUNDING);
      return inside ? -y.data.length * Math.log(2 * halfWidth) : Number.NEGATIVE_INFINITY;
    },
    gradient: (clean, y) =>
      mapArray(clean, (value, i) => {
        const error = y.data[i] - value;
        const beyond = Math.max(0, Math.abs(error) - halfWidth);
        return (Math.sign(error) * beyond) / variance;
      }),
    deviance: (clean, y) =>
      y.data.reduce((sum, value, i) => sum + (value - clean.data[i]) ** 2, 0) / variance,
  };
}

export const uniform: NoiseFamily<typeof options> = {
  name: 'uniform',
  summary: 'additive noise of bounded size',
  options,
  create: ({ halfWidth }) => uniformNoise(halfWidth),
};
