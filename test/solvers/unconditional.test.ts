import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { probabilityFlow, sampleUnconditional } from '../../solvers/unconditional.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { karrasSigmas } from '../../src/core/schedule.js';
import { testContext } from '../exact/dense.js';

const prior = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]),
);

describe('probabilityFlow', () => {
  // The flow of a Gaussian is linear: x(σ') = m + U diag √((λ+σ'²)/(λ+σ²)) Uᵀ (x(σ) − m).
  it('follows the closed form, to second order in the step', async () => {
    const start = floatArray(Float32Array.of(3, -4), [1, 1, 2]);
    const error = async (steps: number) => {
      const grid = karrasSigmas(steps, 0.1, 2).subarray(0, steps);
      const { data } = await probabilityFlow(prior, start, grid, testContext());
      return Math.hypot(data[0] - 1.33441151, data[1] + 2.49547643);
    };
    const coarse = await error(11);
    expect(coarse).toBeLessThan(0.02);
    expect(coarse / (await error(21))).toBeGreaterThan(3);
    expect(await error(201)).toBeLessThan(5e-5);
  });
});

describe('sampleUnconditional', () => {
  it('draws from the prior: moments within four standard errors', async () => {
    const count = 300;
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
      const context = { ...testContext(), random: () => keyedRandom(3, 'unconditional', k)('init') };
      const { data } = await sampleUnconditional(prior, [1, 1, 2], { steps: 20 }, context);
      const [u, v] = [data[0] - 0.5, data[1] + 1];
      [u, v, u * u, v * v].forEach((value, i) => {
        sums[i] += value / count;
      });
    }
    // (0.5, 0.5) + 80 n in place of the true start shifts the mean by less than 0.02.
    expect(Math.abs(sums[0])).toBeLessThan(4 * Math.sqrt(1 / count));
    expect(Math.abs(sums[1])).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(sums[2] - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(sums[3] - 2)).toBeLessThan(4 * Math.sqrt(8 / count));
  });
});
