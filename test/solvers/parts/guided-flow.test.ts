/** The guided flow against the equation that its weights must solve, by finite differences in one dimension. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { guidedFlow } from '../../../solvers/parts/guided-flow.js';
import type { Context } from '../../../solvers/solver.js';
import { floatArray } from '../../../src/core/array.js';
import type { Random } from '../../../src/core/random.js';
import { testContext } from '../../exact/dense.js';
import { type Coordinates, coordinatesTask } from '../coordinates.js';
import { goingOn, keptSteps } from '../kept-steps.js';

const seen: Coordinates = { s: [1.4], y: [0.9], sigma: 0.3, m: 0.2, v: 0.35, range: [0.01, 5] };
const { measurement, problem, prior } = coordinatesTask(seen);
const task = { measurement, problem, prior: prior as DiffusionPrior, noiseVariance: seen.sigma ** 2 };
const [A] = seen.s;
const [Y] = seen.y;
const TUNING = { leastVariance: 0, resampleBelow: 0 };

/** θ(σ): how much of the measurement counts at a noise level. */
const temper = (sigma: number) => seen.sigma ** 2 / (seen.sigma ** 2 + (sigma * A) ** 2);
/** log p_σ(x) and log p(y | x), up to constants. */
const logPrior = (x: number, sigma: number) => {
  const spread = seen.v + sigma ** 2;
  return -((x - seen.m) ** 2) / (2 * spread) - 0.5 * Math.log(spread);
};
const logLikelihood = (x: number) =>
  -((Y - A * x) ** 2) / (2 * seen.sigma ** 2) - 0.5 * Math.log(2 * Math.PI * seen.sigma ** 2);
const logTarget = (x: number, sigma: number) => logPrior(x, sigma) + temper(sigma) * logLikelihood(x);

const slope = (f: (at: number) => number, at: number) => (f(at + 1e-5) - f(at - 1e-5)) / 2e-5;

/** dx/d(−σ) = σ ∇ log π */
const velocity = (x: number, sigma: number) => sigma * slope((at) => logTarget(at, sigma), x);

/** Liouville's equation: weights keep the law at π where dlog w = [∂ log π + v·∇ log π + ∇·v] (−dσ). */
function rate(x: number, sigma: number): number {
  const change = -slope((at) => logTarget(x, at), sigma);
  const transport = velocity(x, sigma) * slope((at) => logTarget(at, sigma), x);
  return change + transport + slope((at) => velocity(at, sigma), x);
}

/** A context whose k-th particle starts at the k-th place, and is not shaken afterwards. */
function contextOf(places: readonly number[], sigma: number): Context & { samples: number } {
  let first = 0;
  const random: Random = {
    ...testContext().random('unused'),
    normals: (shape) => floatArray(Float32Array.of((places[first++] - 0.5) / sigma), shape),
    normal: () => 0,
  };
  return { random: () => random, step: async () => {}, samples: places.length };
}

describe('guidedFlow', () => {
  const places = [-0.8, 0.3, 1.1, 2.4];

  it.each([0.2, 0.6, 1.5])(
    'begins at θ·log p(y | x) and weighs one step by the equation, σ = %d',
    async (sigma) => {
      const found = await guidedFlow(task, [sigma, 0], TUNING, contextOf(places, sigma));
      const expected = places.map((x) => temper(sigma) * logLikelihood(x) + sigma * rate(x, sigma));
      places.forEach((x, k) => {
        // Δℓ is the same for all and left out; so differences count.
        expect(found.logWeights[k] - found.logWeights[0]).toBeCloseTo(expected[k] - expected[0], 3);
        expect(found.samples[k].data[0]).toBeCloseTo(x + sigma * velocity(x, sigma), 4);
      });
    },
  );

  it.each([0, 0.3])(
    'follows the flow by the trapezoid of both ends, then settles by a step of Langevin: %d',
    async (leastVariance) => {
      const [sigma, next] = [1.5, 1.2];
      const tuning = { ...TUNING, leastVariance };
      const found = await guidedFlow(task, [sigma, next], tuning, contextOf(places, sigma));
      const weights = places.map((x) => {
        const ahead = x + (sigma - next) * velocity(x, sigma);
        const rates = (rate(x, sigma) + rate(ahead, next)) / 2;
        return temper(sigma) * logLikelihood(x) + (sigma - next) * rates;
      });
      const curvature = 1 / (next ** 2 + leastVariance) + (temper(next) * A ** 2) / seen.sigma ** 2;
      places.forEach((x, k) => {
        const ahead = x + (sigma - next) * velocity(x, sigma);
        const arrived = x + ((sigma - next) / 2) * (velocity(x, sigma) + velocity(ahead, next));
        const settled = arrived + (0.3 / curvature) * (velocity(arrived, next) / next);
        expect(found.samples[k].data[0]).toBeCloseTo(settled, 4);
        expect(found.logWeights[k] - found.logWeights[0]).toBeCloseTo(weights[k] - weights[0], 3);
      });
    },
  );

  it('refuses an operator that is not linear', async () => {
    const { adjoint: _, ...opaque } = problem.operator as typeof problem.operator & { adjoint?: unknown };
    const nonlinear = { ...task, problem: { ...problem, operator: opaque } };
    const run = guidedFlow(nonlinear, [1, 0], TUNING, contextOf([0.3], 1));
    await expect(run).rejects.toThrow('variant=ode needs a linear operator');
  });

  it('goes on from any step to the same bits', async () => {
    const options = { variant: 'ode', steps: 5, resampleBelow: 1 };
    const job = { measurement, problem, prior, solver: 'afdps', samples: 3, options };
    const { found, kept } = await keptSteps(job);
    expect(kept).toHaveLength(6);
    for (const checkpoint of kept) expect((await goingOn(job, checkpoint)).numbers).toEqual(found.numbers);
  });
});
