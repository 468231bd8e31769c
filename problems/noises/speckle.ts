/** Speckle: y = clean·g, g from a gamma distribution of mean 1; coherent light, radar and ultrasound. */
import { z } from 'zod';
import { mapArray, SMALLEST_FLOAT } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { logGamma } from '../../src/core/special.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';

/**
 * Clean values below which log p goes on as its tangent, or level where that would rise. It is −∞ at clean ≤ 0, where
 * solvers pass; with the tangent it stays finite, and its gradient leads back.
 */
const FLOOR = 1e-3;

const options = z.strictObject({
  looks: z.number().min(1).max(1e6).describe('number of looks L: the factor has mean 1 and variance 1/L'),
});

/**
 * log p = L·log(L/clean) + (L − 1)·log y − L·y/clean − log Γ(L) for y > 0, −∞ for y < 0. A measured 0 counts as the
 * smallest float32. Below clean = 0.001 the function goes on as its tangent where that falls; the sampler takes
 * max(clean, 0).
 */
export function speckleNoise(looks: number): NoiseModel {
  const slope = (clean: number, y: number) => (looks * (y - clean)) / clean ** 2;
  const slopeBelow = (y: number) => Math.max(slope(FLOOR, y), 0);
  const logDensity = (clean: number, y: number) => {
    if (y < 0) return Number.NEGATIVE_INFINITY;
    const light = Math.max(clean, FLOOR);
    const top =
      looks * Math.log(looks) - logGamma(looks) + (looks - 1) * Math.log(Math.max(y, SMALLEST_FLOAT));
    return top - looks * (Math.log(light) + y / light) + slopeBelow(y) * (clean - light);
  };
  return {
    name: 'speckle',
    sample: (clean, random) =>
      mapArray(clean, (value) => (Math.max(value, 0) * gammaVariate(looks, random)) / looks),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) =>
      mapArray(clean, (value, i) => (value < FLOOR ? slopeBelow(y.data[i]) : slope(value, y.data[i]))),
  };
}

/** A draw from the gamma distribution of shape ≥ 1 and scale 1: Marsaglia and Tsang (2000), ACM TOMS 26. */
function gammaVariate(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

export const speckle: NoiseFamily<typeof options> = {
  name: 'speckle',
  summary: 'multiplicative gamma noise of coherent light, radar and ultrasound',
  options,
  create: ({ looks }) => speckleNoise(looks),
};
