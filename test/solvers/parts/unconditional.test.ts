import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../../models/mixture.js';
import {
  probabilityFlow,
  sampleUnconditional,
  unconditionalOptions,
} from '../../../solvers/parts/unconditional.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { karrasSigmas, vpSigma, vpTime } from '../../../src/core/schedule.js';
import { testContext } from '../../exact/dense.js';

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

  it('says where it is', async () => {
    const said: number[][] = [];
    const context = { ...testContext(), step: async (i: number, of: number) => void said.push([i, of]) };
    await probabilityFlow(prior, floatArray(new Float32Array(2), [1, 1, 2]), [2, 1, 0.5, 0], context);
    expect(said).toEqual([0, 1, 2].map((i) => [i, 3]));
  });
});

describe('sampleUnconditional', () => {
  it('draws from the prior: moments within four standard errors', async () => {
    const count = 300;
    const sums = [0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
      const context = { ...testContext(), random: () => keyedRandom(3, 'unconditional', k)('init') };
      const { data } = await sampleUnconditional(
        prior,
        [1, 1, 2],
        unconditionalOptions.parse({ steps: 20 }),
        context,
      );
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

describe('methods and corrections', () => {
  const draw = (options: Readonly<Record<string, unknown>>) =>
    sampleUnconditional(
      prior,
      [1, 1, 2],
      unconditionalOptions.parse({ steps: 60, ...options }),
      testContext(),
    );
  const distance = (a: { data: Float32Array }, b: { data: Float32Array }) =>
    Math.hypot(a.data[0] - b.data[0], a.data[1] - b.data[1]);

  // The flow of this Gaussian is known from start to end; Heun's method is of second order, DDIM of first.
  it('DDIM follows the same flow as Heun, to first order', async () => {
    const reference = await draw({ steps: 2000 });
    const error = async (steps: number) => distance(await draw({ method: 'ddim', steps }), reference);
    const [coarse, fine] = [await error(100), await error(200)];
    expect(coarse / fine).toBeGreaterThan(1.7);
    expect(coarse / fine).toBeLessThan(2.4);
  });

  it('ancestral steps are those of the Gaussian they draw from', async () => {
    const sigmas = karrasSigmas(60, Math.max(prior.sigmaRange[0], vpSigma(1 / 1000)), 80);
    const { random } = testContext();
    let [u, v] = [...random('init').normals([2]).data].map((z) => 0.5 + 80 * z);
    for (let i = 0; i < 60; i++) {
      const s = sigmas[i] ** 2;
      // D = m + C (C + s)⁻¹ (x − m)
      const determinant = (1 + s) * (2 + s) - 0.36;
      const [a, b] = [u - 0.5, v + 1];
      const [p, q] = [((2 + s) * a - 0.6 * b) / determinant, ((1 + s) * b - 0.6 * a) / determinant];
      const [D, E] = [0.5 + p + 0.6 * q, -1 + 0.6 * p + 2 * q];
      const keep = sigmas[i + 1] ** 2 / s;
      const spread = sigmas[i + 1] * Math.sqrt(1 - keep);
      const stream = random('step', i);
      u = D + keep * (u - D) + spread * stream.normal();
      v = E + keep * (v - E) + spread * stream.normal();
    }
    const found = await draw({ method: 'ancestral' });
    expect(found.data[0]).toBeCloseTo(u, 4);
    expect(found.data[1]).toBeCloseTo(v, 4);
  });

  it('epsilon scaling moves the denoised image towards the state: one DDIM step into σ = 0', async () => {
    const [plain, scaled] = [1, 1.25].map((epsilonScale) => draw({ method: 'ddim', steps: 1, epsilonScale }));
    const start = testContext()
      .random('init')
      .normals([2])
      .data.map((z) => 0.5 + 80 * z);
    const [D, E] = [(await plain).data, (await scaled).data];
    for (let i = 0; i < 2; i++) expect(E[i]).toBeCloseTo(start[i] + (D[i] - start[i]) / 1.25, 3);
  });

  it('time shift asks at the level of the noise that is there, within its window', async () => {
    const asked: number[] = [];
    const recording = {
      ...prior,
      denoise: (x: Parameters<typeof prior.denoise>[0], sigma: number) => {
        asked.push(sigma);
        return prior.denoise(x, sigma);
      },
    };
    const run = async (timeShift: number) => {
      asked.length = 0;
      const options = { method: 'ddim', steps: 20, timeShift } as const;
      await sampleUnconditional(recording, [1, 1, 2], unconditionalOptions.parse(options), testContext());
      return [...asked];
    };
    const [levels, shifted] = [await run(0), await run(30)];
    shifted.forEach((sigma, i) => {
      const moved = Math.abs(vpTime(sigma) - vpTime(levels[i]));
      expect(moved).toBeLessThan(0.015 + 1e-9);
    });
    expect(shifted).not.toEqual(levels);
  });

  // On [-1, 1] the preserved state of x has the variance 4a²·var(x), of which noise of level s makes 4s²/(1 + 4s²).
  it.each([
    { what: 'more noise than the level says', spread: 0.9, window: 400 },
    { what: 'less noise than the level says', spread: 0.1, window: 400 },
    { what: 'a window that is too narrow', spread: 0.9, window: 20 },
    { what: 'a level above what the prior knows', spread: 500, window: 2000 },
    { what: 'a level below what the prior knows', spread: 1e-4, window: 2000 },
  ])('time shift, by the variance of the state: $what', async ({ spread, window }) => {
    const [least, most] = [0.05, 0.5];
    const asked: { sigma: number; x: Float32Array }[] = [];
    const recording = {
      ...prior,
      sigmaRange: [least, most] as const,
      denoise: async (x: Parameters<typeof prior.denoise>[0], sigma: number) => {
        asked.push({ sigma, x: x.data });
        return x;
      },
    };
    // The state's two values are 0.5 ± spread: their variance is spread².
    const random = { ...testContext().random('x'), normals: () => ends };
    const ends = floatArray(Float32Array.of(spread / most, -spread / most), [1, 1, 2]);
    const options = { method: 'ddim', steps: 1, timeShift: window, sigmaMax: most } as const;
    await sampleUnconditional(recording, [1, 1, 2], unconditionalOptions.parse(options), {
      random: () => random,
      step: async () => {},
    });
    const scale = (sigma: number) => 1 / Math.sqrt(1 + 4 * sigma ** 2);
    const share = Math.min(4 * scale(most) ** 2 * spread ** 2, 1 - 1e-6);
    const told = vpTime(0.5 * Math.sqrt(share / (1 - share)));
    const reach = window / 2000;
    const near = Math.min(Math.max(told, vpTime(most) - reach), vpTime(most) + reach);
    const level = Math.min(Math.max(vpSigma(near), least), most);
    expect(asked[0].sigma).toBeCloseTo(level, 6);
    expect(asked[0].x[0]).toBeCloseTo(0.5 + (scale(most) / scale(level)) * spread, 4);
  });
});
