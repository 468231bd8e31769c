/**
 * Rician noise: y = |clean + σ·(n₁ + i·n₂)|, the magnitude of a complex signal, as magnetic resonance images have it.
 */
import { z } from 'zod';
import { type FloatArray, mapArray, SMALLEST_FLOAT } from '../../src/core/array.js';
import { scaledBesselI } from '../../src/core/special.js';
import type { NoiseFamily } from '../family.js';
import { type NoiseModel, sumOf } from '../noise.js';

const options = z.strictObject({
  sigma: z
    .number()
    .gt(0)
    .max(1)
    .describe('standard deviation of the real and of the imaginary part, in [0, 1] image units'),
});

/**
 * log p = log(y/σ²) − (y² + clean²)/2σ² + log I₀(y·clean/σ²) for y > 0, −∞ for y < 0 (Rice 1944); even in the clean
 * value. A measured 0 counts as the smallest float32. The gradient is (y·I₁/I₀(y·clean/σ²) − clean)/σ²; a residual is
 * that times σ², the information being 1/σ² where the signal is well above the noise, and less below.
 */
export function ricianNoise(sigma: number): NoiseModel {
  const variance = sigma * sigma;
  const pull = (clean: FloatArray, y: FloatArray, weight: number) =>
    mapArray(clean, (value, i) => {
      const z = (y.data[i] * Math.abs(value)) / variance;
      const ratio = scaledBesselI(1, z) / scaledBesselI(0, z);
      return (y.data[i] * Math.sign(value) * ratio - value) * weight;
    });
  const logDensity = (clean: number, y: number) => {
    if (y < 0) return Number.NEGATIVE_INFINITY;
    const signal = Math.abs(clean);
    const bessel = scaledBesselI(0, (y * signal) / variance);
    return Math.log((Math.max(y, SMALLEST_FLOAT) * bessel) / variance) - (y - signal) ** 2 / (2 * variance);
  };
  return {
    name: 'rician',
    sample: (clean, random) =>
      mapArray(clean, (value) => Math.hypot(value + sigma * random.normal(), sigma * random.normal())),
    logDensity,
    logLikelihood: sumOf(logDensity),
    gradient: (clean, y) => pull(clean, y, 1 / variance),
    residual: (clean, y) => pull(clean, y, 1),
  };
}

export const rician: NoiseFamily<typeof options> = {
  name: 'rician',
  summary: 'the magnitude of a complex signal with Gaussian noise',
  options,
  create: ({ sigma }) => ricianNoise(sigma),
};
