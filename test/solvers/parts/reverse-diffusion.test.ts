/** The diffusion run backwards from a given state, under a Gaussian prior: its law in closed form. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { drawGiven } from '../../../solvers/parts/reverse-diffusion.js';
import { floatArray } from '../../../src/core/array.js';
import { geometricSigmas } from '../../../src/core/schedule.js';
import {
  contextOf,
  coordinatesTask,
  expectLaws,
  expectLevels,
  type Law,
  normalsOf,
  noting,
  seenAndUnseen,
  shrinkage,
} from '../coordinates.js';

const SIGMA = 0.5;
const of = { ...seenAndUnseen, range: [0.001, 5] as const };
const state = floatArray(Float32Array.of(0.9, -0.4, 0.3), [1, 1, 3]);

async function lawsFrom(steps: number, range: readonly [number, number] = of.range) {
  const { task, levels } = noting(coordinatesTask({ ...of, range }));
  const draw = async (value: number, place?: number) => {
    const { random, drawn } = normalsOf(value, place);
    const { data } = await drawGiven(task.prior as DiffusionPrior, state, SIGMA, steps, contextOf(random));
    return { data, drawn: drawn() };
  };
  const { data: mean, drawn } = await draw(0);
  const visited = levels.slice();
  const variance = new Float64Array(mean.length);
  for (let place = 0; place < drawn; place++) {
    const { data } = await draw(1, place);
    for (let i = 0; i < data.length; i++) variance[i] += (data[i] - mean[i]) ** 2;
  }
  const laws = Array.from(mean, (value, i): Law => ({ mean: value, variance: variance[i] }));
  return { laws, levels: visited };
}

const exact = Array.from(state.data, (value) => {
  const shrink = shrinkage(of, SIGMA);
  return { mean: of.m + shrink * (value - of.m), variance: shrink * SIGMA ** 2 };
});

describe('drawGiven', () => {
  it.each([1, 2, 5])('has the mean of p(x0 | x_σ) in %d steps', async (steps) => {
    const { laws } = await lawsFrom(steps);
    laws.forEach(({ mean }, i) => {
      expect(mean).toBeCloseTo(exact[i].mean, 5);
    });
  });

  it('takes second-order steps: each about an image extrapolated from the last two', async () => {
    const steps = 4;
    const sigmas = geometricSigmas(steps, SIGMA / 30, SIGMA);
    const laws = exact.map((_, i) => {
      // What the mean, and each step's draw, have come to: the state, and the image denoised before.
      const follow = (start: number, centre: number, drawnAt: number) => {
        let [x, before] = [start, 0];
        for (let k = 0; k < steps; k++) {
          const [sigma, next] = [sigmas[k], sigmas[k + 1]];
          const clean = centre + shrinkage(of, sigma) * (x - centre);
          const estimate = k > 0 && next > 0 ? clean + (clean - before) / 2 : clean;
          const keep = (next / sigma) ** 2;
          x = estimate + keep * (x - estimate) + (k === drawnAt ? next * Math.sqrt(1 - keep) : 0);
          before = clean;
        }
        return x;
      };
      const variance = [0, 1, 2].reduce((sum, k) => sum + follow(0, 0, k) ** 2, 0);
      return { mean: follow(state.data[i], of.m, -1), variance };
    });
    expectLaws((await lawsFrom(steps)).laws, laws, 5);
  });

  it('comes to the variance of p(x0 | x_σ)', async () => {
    const { laws } = await lawsFrom(24);
    laws.forEach(({ variance }, i) => {
      expect(Math.abs(variance / exact[i].variance - 1)).toBeLessThan(0.02);
    });
  });

  it('visits levels in constant ratio, from its own to a thirtieth or the lowest that the prior knows', async () => {
    expectLevels((await lawsFrom(4)).levels, geometricSigmas(4, SIGMA / 30, SIGMA).slice(0, 4));
    expectLevels((await lawsFrom(4, [0.1, 5])).levels, geometricSigmas(4, 0.1, SIGMA).slice(0, 4));
    expectLevels((await lawsFrom(4, [SIGMA, 5])).levels, [SIGMA]);
    expectLevels((await lawsFrom(1)).levels, [SIGMA]);
  });
});
