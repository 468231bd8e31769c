import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import { denoiseUneven } from '../../../solvers/parts/uneven-denoising.js';
import type { Context } from '../../../solvers/solver.js';
import { floatArray } from '../../../src/core/array.js';
import type { State } from '../../../src/core/checkpoints.js';
import { keyedRandom } from '../../../src/core/random.js';

const y = [0.1, 0.7, 0.4, 0.9, 0.65, 0.2];
const shape = [1, 1, y.length];
const [m, v] = [0.4, 0.04];
const array = (values: readonly number[]) => floatArray(Float32Array.from(values), shape);

/** Levels that the prior was asked at, and what each step would have gone on from. */
async function estimate(strength: readonly number[], steps: number, resumed?: Context['resumed']) {
  const law = new GaussianMixture([{ weight: 1, mean: y.map(() => m), covariance: v }]);
  const prior = mixturePrior(law, shape, [0.001, 80]);
  const asked: number[] = [];
  const states: State[] = [];
  const listening: typeof prior = {
    ...prior,
    denoise(x, sigma) {
      asked.push(sigma);
      return prior.denoise(x, sigma);
    },
  };
  const context: Context = {
    random: keyedRandom(0, 'uneven', 0),
    step: async (_i, _of, state) => void states.push(state as State),
    resumed,
  };
  const found = await denoiseUneven(listening, array(y), array(strength), steps, context);
  return { asked, states, found: found.data };
}

const exact = (s: number, i: number) => (s * s * m + v * y[i]) / (s * s + v);

describe('denoiseUneven', () => {
  const strength = [0.05, 0.1, 0.2, 0.4, 0.8, 0.07];

  it('has the posterior mean of values that are independent, each with noise of its own strength', async () => {
    const { found, asked } = await estimate(strength, 23);
    // Whole rounds.
    expect(asked).toHaveLength(20);
    expect(Math.min(...asked)).toBeCloseTo(0.05, 6);
    expect(Math.max(...asked)).toBeCloseTo(0.8, 6);
    // Between two levels the answers are joined by a line.
    strength.forEach((s, i) => void expect(Math.abs(found[i] - exact(s, i))).toBeLessThan(0.006));
  });

  it('asks at one level where all are equally noisy', async () => {
    const { found, asked } = await estimate(
      y.map(() => 0.1),
      3,
    );
    asked.forEach((level) => void expect(level).toBeCloseTo(0.1, 6));
    expect(asked).toHaveLength(3);
    y.forEach((_, i) => void expect(found[i]).toBeCloseTo(exact(0.1, i), 5));
  });

  it('stays within what the prior knows, in few steps too', async () => {
    const { found, asked } = await estimate([1e-6, 0.1, 0.1, 0.1, 0.1, 1e6], 2);
    expect(asked[0]).toBeCloseTo(80, 4);
    expect(asked[1]).toBeCloseTo(0.001, 6);
    expect(found.every(Number.isFinite)).toBe(true);
  });

  it('goes on from any step to the same bits', async () => {
    const { found, states } = await estimate(strength, 20);
    for (const step of [0, 3, 5, 14]) {
      expect((await estimate(strength, 20, { step, state: states[step] })).found).toEqual(found);
    }
  });
});
