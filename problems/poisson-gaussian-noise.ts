/** Poisson–Gaussian noise: counted photons, then the noise of the electronics, y = gain·Poisson(clean/gain) + σ·n. */
import { z } from 'zod';
import { mapArray } from '../src/core/array.js';
import { logGamma } from '../src/core/special.js';
import type { NoiseFamily } from './family.js';
import type { NoiseModel } from './noise.js';
import { extendedLog, extendedLogSlope, poissonCount } from './poisson-noise.js';

const options = z.strictObject({
  gain: z
    .number()
    .gt(0)
    .max(1)
    .describe('image units ([0, 1]) per counted photon: 1/100 counts 100 photons at white'),
  sigma: z.number().gt(0).max(1).describe('standard deviation of the read-out noise in [0, 1] image units'),
});

/**
 * p(y) = Σₖ Poisson(k; λ)·N(y; gain·k, σ²) with λ = clean/gain, summed exactly. The gradient is (E[k | y]/λ − 1)/gain. At
 * dark values λ < 0.01 it goes on as Poisson noise does. A mixture of Gaussians and none itself: no `variance`.
 */
export function poissonGaussianNoise(gain: number, sigma: number): NoiseModel {
  const logNormal = -0.5 * Math.log(2 * Math.PI * sigma * sigma);
  return {
    name: 'poisson-gaussian',
    sample: (clean, random) =>
      mapArray(clean, (value) => gain * poissonCount(value / gain, random) + sigma * random.normal()),
    logLikelihood(clean, y) {
      let sum = y.data.length * logNormal;
      for (let i = 0; i < y.data.length; i++)
        sum += sumOverCounts(clean.data[i] / gain, y.data[i] / gain, sigma / gain).logSum;
      return sum;
    },
    gradient: (clean, y) =>
      mapArray(clean, (value, i) => {
        const lambda = value / gain;
        const { meanCount } = sumOverCounts(lambda, y.data[i] / gain, sigma / gain);
        return (meanCount * extendedLogSlope(lambda) - (lambda > 0 ? 1 : 0)) / gain;
      }),
  };
}

/** Terms smaller than this share of the largest are left out. */
const NEGLIGIBLE = 1e-17;

/**
 * log Σₖ wₖ and Σₖ k·wₖ / Σₖ wₖ for wₖ = λᵏe^(−λ)/k! · exp(−(y − k)²/2s²), log-concave in k: outwards from the largest
 * term, by the ratio of neighbours wₖ₊₁/wₖ = λ/(k + 1) · exp((y − k − ½)/s²).
 * @param y measured, in photons.
 * @param s standard deviation of the Gaussian, in photons.
 */
function sumOverCounts(lambda: number, y: number, s: number): { logSum: number; meanCount: number } {
  const precision = 1 / (s * s);
  const logRate = extendedLog(lambda);
  const largest = largestTerm(logRate, y, precision);
  const decay = Math.exp(-precision);
  const logRatio = logRate + (y - largest - 0.5) * precision;
  let [sum, excess] = [1, 0];
  // Above: each ratio is the one before it times decay·k/(k + 1).
  for (let k = largest + 1, term = 1, factor = Math.exp(logRatio); ; k++, factor *= decay) {
    term *= factor / k;
    if (!(term > NEGLIGIBLE)) break;
    sum += term;
    excess += (k - largest) * term;
  }
  for (let k = largest, term = 1, factor = Math.exp(-precision - logRatio); k > 0; k--, factor *= decay) {
    term *= factor * k;
    if (!(term > NEGLIGIBLE)) break;
    sum += term;
    excess += (k - 1 - largest) * term;
  }
  const logLargest =
    largest * logRate - Math.max(lambda, 0) - logGamma(largest + 1) - 0.5 * precision * (y - largest) ** 2;
  return { logSum: logLargest + Math.log(sum), meanCount: largest + excess / sum };
}

/**
 * The k of the largest term: the first at which the ratio of neighbours is below 1. With n = k + 1 that is the root of
 * log n + n/s² = log λ + (y + ½)/s², by Newton's method in log n, where the left side is convex and increasing.
 */
function largestTerm(logRate: number, y: number, precision: number): number {
  const right = logRate + (y + 0.5) * precision;
  let logN = Math.min(right, Math.log(Math.max(1, right / precision)));
  for (let i = 0; i < 50; i++) {
    const n = Math.exp(logN);
    const change = (logN + n * precision - right) / (1 + n * precision);
    logN -= change;
    if (Math.abs(change) < 1e-9) break;
  }
  return Math.max(0, Math.ceil(Math.exp(logN)) - 1);
}

export const poissonGaussian: NoiseFamily = {
  name: 'poisson-gaussian',
  summary: 'counted photons and the read-out noise of a camera',
  options,
  create(given) {
    const { gain, sigma } = options.parse(given);
    return poissonGaussianNoise(gain, sigma);
  },
};
