/** Counts behind a measured value, against plain sums, where tables take over and where they do not. */
import { expect, it } from 'vitest';
import { photonCounts } from '../../../problems/noises/photon-counts.js';
import { logGamma } from '../../../src/core/special.js';

/** log Σₖ exp(θk − k²/2s²)/k! and its derivative, term by term. */
function plain(theta: number, s: number) {
  const terms = Array.from({ length: 1000 }, (_, k) => theta * k - k ** 2 / (2 * s * s) - logGamma(k + 1));
  const largest = Math.max(...terms);
  const weights = terms.map((term) => Math.exp(term - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { logSum: largest + Math.log(sum), mean: weights.reduce((total, w, k) => total + k * w, 0) / sum };
}

it.each([0.02, 0.24, 0.26, 0.7, 1.5, 8, 100])('counts seen through %s photons of noise', (s) => {
  const counts = photonCounts(s);
  // Between nothing (θ below all) and hundreds of counts, at places and borders of cells alike.
  const highest = Math.min(300 / s ** 2 + 5, 6 + 20 / s ** 2);
  const places = Array.from({ length: 61 }, (_, i) => -42 + (i * (highest + 42)) / 60);
  for (const theta of [...places, 0, 1.0625]) {
    const { logSum, mean } = plain(theta, s);
    expect(Math.abs(counts.mean(theta) - mean)).toBeLessThanOrEqual(1e-10 * mean + 1e-16);
    expect(Math.abs(counts.logSum(theta) - logSum)).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(logSum)));
  }
});
