/**
 * DDNM+, whose formulas act on each coordinate by itself: what they make of a Gaussian, against what the solver
 * draws.
 */
import { describe, expect, it } from 'vitest';
import { ddnm } from '../../../solvers/pixel/ddnm.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import { affine, type Coordinates, coordinatesTask, expectLaws, type Law, lawsOf } from '../coordinates.js';
import { counts, endless, expectRanges, needsOf, share } from '../declared.js';

const RANGE = [0.02, 2] as const;
const LEVELS = { sigmaMax: 2, spacing: 'geometric' } as const;

/** One step between two noise levels, by the formulas of the paper. */
function step(
  x: Law,
  { sigma: noise, m, v }: Coordinates,
  s: number,
  y: number,
  [sigma, next]: readonly [number, number],
  eta: number,
): Law {
  const shrink = v / (v + sigma ** 2);
  const rest = (1 - shrink) * m;
  const keep = Math.sqrt(1 - eta ** 2) * next;
  // ȳ + √(σ'² − σ_n²/s²) n
  if (s > 0 && next >= noise / s) return { mean: y / s, variance: next ** 2 - (noise / s) ** 2 };
  if (s > 0) {
    // D + √(1−η²) σ'(ȳ − D) s/σ_n + ησ'n
    const share = (keep * s) / noise;
    return affine(x, (1 - share) * shrink, (1 - share) * rest + (share * y) / s, (eta * next) ** 2);
  }
  // D + √(1−η²) σ'(x − D)/σ + ησ'n
  const share = keep / sigma;
  return affine(x, shrink + share * (1 - shrink), (1 - share) * rest, (eta * next) ** 2);
}

// Seen from the first level to the last but one, seen until half-way, hidden by the noise from the start, and not seen.
const seen: Coordinates = {
  s: [2, 0.4, 0.04, 0],
  y: [1.6, 0.3, 0.05, 9],
  sigma: 0.1,
  m: 0.3,
  v: 0.2,
  range: RANGE,
};

describe('DDNM+ on coordinates of their own', () => {
  it.each([0.85, 0, 1])('draws what its formulas say, η = %d', async (eta) => {
    const steps = 9;
    const sigmas = geometricSigmas(steps, ...RANGE);
    const laws = seen.s.map((s, i) => {
      let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
      for (let k = 0; k < steps; k++) x = step(x, seen, s, seen.y[i], [sigmas[k], sigmas[k + 1]], eta);
      return x;
    });
    expectLaws(await lawsOf(ddnm, coordinatesTask(seen), { steps, ...LEVELS, eta }), laws);
  });

  it('counts a coordinate as measured where the level is just that of its noise', async () => {
    const sigmas = geometricSigmas(2, ...RANGE);
    const equal = { ...seen, s: [1], y: [0.7], sigma: sigmas[1] };
    let x: Law = { mean: 0.7, variance: 0 };
    x = step(x, equal, 1, 0.7, [sigmas[1], 0], 0.85);
    expectLaws(await lawsOf(ddnm, coordinatesTask(equal), { steps: 2, ...LEVELS, eta: 0.85 }), [x]);
  });

  it('travels back by the forward process and takes the same steps again', async () => {
    const [steps, eta] = [5, 0.6];
    const sigmas = geometricSigmas(steps, ...RANGE);
    // Two steps three times, two steps three times, and the last alone, which is repeated too.
    const levels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 2, 3, 4, 2, 3, 4, 5, 4, 5, 4, 5];
    const laws = seen.s.map((s, i) => {
      let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
      for (let k = 0; k + 1 < levels.length; k++) {
        const [from, to] = [sigmas[levels[k]], sigmas[levels[k + 1]]];
        x = to < from ? step(x, seen, s, seen.y[i], [from, to], eta) : affine(x, 1, 0, to ** 2 - from ** 2);
      }
      return x;
    });
    const options = { steps, ...LEVELS, eta, travelLength: 2, travelRepeat: 3 };
    expectLaws(await lawsOf(ddnm, coordinatesTask(seen), options), laws);
  });

  it('meets a measurement without noise, and leaves the rest to the prior', async () => {
    const [steps, eta] = [6, 0.6];
    const sigmas = geometricSigmas(steps, ...RANGE);
    const exact = { ...seen, sigma: 0 };
    let unseen: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
    for (let k = 0; k < steps; k++) unseen = step(unseen, exact, 0, 9, [sigmas[k], sigmas[k + 1]], eta);
    const laws = seen.s.map((s, i) => (s > 0 ? { mean: seen.y[i] / s, variance: 0 } : unseen));
    expectLaws(await lawsOf(ddnm, coordinatesTask(exact), { steps, ...LEVELS, eta }), laws);
  });

  it('takes what its options say, and operators with singular values', () => {
    expectRanges(ddnm, { steps: counts(10_000), eta: share, travelLength: endless, travelRepeat: endless });
    const needs = ['prior', 'linear', 'svd', 'equal variance', 'variance'];
    expect(needsOf(ddnm, coordinatesTask(seen))).toEqual(needs);
    expect(ddnm.samplesPosterior).toBe(false);
  });
});
