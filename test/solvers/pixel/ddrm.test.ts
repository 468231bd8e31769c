/**
 * DDRM, whose formulas act on each coordinate by itself: what they make of a Gaussian, against what the solver draws.
 */
import { describe, expect, it } from 'vitest';
import { ddrm } from '../../../solvers/pixel/ddrm.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import {
  affine,
  type Coordinates,
  contextOf,
  coordinatesTask,
  expectLaws,
  type Law,
  lawsOf,
  normalsOf,
} from '../coordinates.js';
import { atLeastZero, counts, expectRanges, needsOf, share } from '../declared.js';
import { runSolver } from '../run-solver.js';

const RANGE = [0.02, 2] as const;
const LEVELS = { sigmaMax: 2, spacing: 'geometric' } as const;

/** Of a coordinate with singular value s, by the formulas of the paper. @param ȳ is y/s. */
function law(
  { sigma: noise, m, v }: Coordinates,
  s: number,
  y: number,
  steps: number,
  { eta, etaB = 1 }: { eta: number; etaB?: number },
): Law {
  const sigmas = geometricSigmas(steps, ...RANGE);
  const bar = y / s;
  const known = s * sigmas[0] > noise;
  let x: Law = known
    ? { mean: bar, variance: sigmas[0] ** 2 - (noise / s) ** 2 }
    : { mean: 0.5, variance: sigmas[0] ** 2 };
  for (let k = 0; k < steps; k++) {
    const [sigma, next] = [sigmas[k], sigmas[k + 1]];
    const shrink = v / (v + sigma ** 2);
    const rest = (1 - shrink) * m;
    const keep = Math.sqrt(1 - eta ** 2) * next;
    if (s === 0) {
      // D + √(1−η²) σ'(x − D)/σ + ησ'n
      const share = keep / sigma;
      x = affine(x, shrink + share * (1 - shrink), (1 - share) * rest, (eta * next) ** 2);
    } else if (s * next >= noise) {
      // (1 − η_b)D + η_b ȳ + √(σ'² − η_b²σ_n²/s²) n
      x = affine(
        x,
        (1 - etaB) * shrink,
        (1 - etaB) * rest + etaB * bar,
        next ** 2 - (etaB * noise) ** 2 / s ** 2,
      );
    } else {
      // D + √(1−η²) σ'(ȳ − D) s/σ_n + ησ'n
      const share = (keep * s) / noise;
      x = affine(x, (1 - share) * shrink, (1 - share) * rest + share * bar, (eta * next) ** 2);
    }
  }
  return x;
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

describe('DDRM on coordinates of their own', () => {
  it.each([{ eta: 0.85 }, { eta: 0.5, etaB: 0.6 }, { eta: 1, etaB: 0 }, { eta: 0, etaB: 0.9 }])(
    'draws what its formulas say, $eta, $etaB',
    async (options) => {
      const steps = 9;
      const laws = await lawsOf(ddrm, coordinatesTask(seen), { steps, ...LEVELS, ...options });
      laws.forEach(({ mean, variance }, i) => {
        const expected = law(seen, seen.s[i], seen.y[i], steps, options);
        expect(mean).toBeCloseTo(expected.mean, 5);
        expect(variance).toBeCloseTo(expected.variance, 5);
      });
    },
  );

  it('begins at the measurement with what its noise lacks of the level, and else at grey', async () => {
    // In one step it ends at the first state, denoised. Of these only the last two say less than 2 hides.
    const first = { ...seen, s: [2, 0.4, 0.15, 0.04, 0], y: [1.6, 0.3, 0.2, 0.05, 9] };
    const laws = await lawsOf(ddrm, coordinatesTask(first), { steps: 1, ...LEVELS });
    const shrink = seen.v / (seen.v + RANGE[1] ** 2);
    const begun = first.s.map((s, i) =>
      i < 3
        ? { mean: first.y[i] / s, variance: RANGE[1] ** 2 - (seen.sigma / s) ** 2 }
        : { mean: 0.5, variance: RANGE[1] ** 2 },
    );
    expectLaws(
      laws,
      begun.map((x) => affine(x, shrink, (1 - shrink) * seen.m)),
      5,
    );
  });

  it('counts a coordinate as measured where the level is just that of its noise', async () => {
    const steps = 3;
    const [, sigma] = geometricSigmas(steps, ...RANGE);
    const equal = { ...seen, s: [1], y: [0.7], sigma };
    const found = await lawsOf(ddrm, coordinatesTask(equal), { steps, ...LEVELS, eta: 0.85 });
    const expected = law(equal, 1, 0.7, steps, { eta: 0.85 });
    expect(found[0].mean).toBeCloseTo(expected.mean, 5);
    expect(found[0].variance).toBeCloseTo(expected.variance, 5);
  });

  it('with a cutoff takes small singular values for 0', async () => {
    const task = coordinatesTask(seen);
    const options = { steps: 5, ...LEVELS, eta: 0.85 };
    // 0.04 and 0.4 are below and above 2·0.1.
    const laws = await lawsOf(ddrm, task, { ...options, cutoff: 2 });
    const expected = [0.4, 0].map((s, i) => law(seen, s, seen.y[i + 1], 5, options));
    for (const i of [0, 1]) {
      expect(laws[i + 1].mean).toBeCloseTo(expected[i].mean, 5);
      expect(laws[i + 1].variance).toBeCloseTo(expected[i].variance, 5);
    }
  });

  it('multiplies all noise that it draws by its temperature', async () => {
    const options = { steps: 6, ...LEVELS, eta: 0.7 };
    const task = coordinatesTask(seen);
    const at = async (temperature: number, normal: number) =>
      (await runSolver(ddrm, task, { ...options, temperature }, contextOf(normalsOf(normal).random))).data;
    const [mean, hot, cool] = [await at(1, 0), await at(1, 1), await at(0.3, 1)];
    for (let i = 0; i < mean.length; i++) expect(cool[i]).toBeCloseTo(mean[i] + 0.3 * (hot[i] - mean[i]), 5);
  });

  it('takes for 0 what is just at the cutoff', async () => {
    // 0.5 is twice 0.25, without rounding.
    const just = { ...seen, s: [0.5], y: [0.7], sigma: 0.25 };
    const options = { steps: 5, ...LEVELS, eta: 0.85 };
    const found = await lawsOf(ddrm, coordinatesTask(just), { ...options, cutoff: 2 });
    expectLaws(found, [law(just, 0, 9, 5, options)]);
  });

  it('meets a measurement without noise, and leaves the rest to the prior', async () => {
    const options = { steps: 6, ...LEVELS, eta: 0.6 };
    const exact = { ...seen, sigma: 0 };
    const laws = seen.s.map((s, i) =>
      s > 0 ? { mean: seen.y[i] / s, variance: 0 } : law(exact, 0, 9, 6, options),
    );
    expectLaws(await lawsOf(ddrm, coordinatesTask(exact), options), laws);
  });

  it('takes what its options say, and operators with singular values', () => {
    expectRanges(ddrm, {
      steps: counts(10_000),
      eta: share,
      etaB: share,
      cutoff: atLeastZero,
      temperature: share,
    });
    const needs = ['prior', 'linear', 'svd', 'equal variance', 'variance'];
    expect(needsOf(ddrm, coordinatesTask(seen))).toEqual(needs);
    expect(ddrm.samplesPosterior).toBe(false);
  });
});
