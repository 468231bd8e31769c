import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { saltPepperNoise } from '../../../problems/noises/salt-pepper.js';
import { dps } from '../../../solvers/pixel/dps.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { geometricSigmas, vpSigmas } from '../../../src/core/schedule.js';
import { DPS_IMAGE_SIZE, dpsStepSize, vpScale } from '../../../src/core/units.js';
import { denseProblem, testContext } from '../../exact/dense.js';
import {
  affine,
  ancestral,
  contextOf,
  coordinatesTask,
  expectLaws,
  expectLevels,
  type Law,
  lawsOf,
  levelsOf,
  normalsOf,
  seenAndUnseen as seen,
  shrinkage,
} from '../coordinates.js';
import { atLeastZero, counts, expectRanges, needsOf, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';

const SHAPE = [1, 1, 3];
const MATRIX = [
  [0.5, 0.2, -0.1],
  [0.3, 0, 0.9],
];

/** The exact denoiser of a prior under which a pixel is 0 or 1 with probability ½, plus N(0, 0.3²). */
function coins(x: number, sigma: number): { denoised: number; slope: number } {
  const [own, total] = [0.3 ** 2, 0.3 ** 2 + sigma ** 2];
  const coin = 1 / (1 + Math.exp((0.5 - x) / total));
  return {
    denoised: (own * x + sigma ** 2 * coin) / total,
    slope: (own + (sigma ** 2 * coin * (1 - coin)) / total) / total,
  };
}

const prior: DiffusionPrior = {
  kind: 'diffusion',
  name: 'coins',
  channels: 1,
  sigmaRange: [0.05, 4],
  sizeMultiple: 1,
  denoise: async (x, sigma) => mapArray(x, (value) => coins(value, sigma).denoised),
  linearize: async (x, sigma) => ({
    value: mapArray(x, (value) => coins(value, sigma).denoised),
    pullback: (v) => mapArray(v, (value, i) => coins(x.data[i], sigma).slope * value),
    release() {},
  }),
  close: async () => {},
};

/**
 * Algorithm 1 of the paper as it is written there: a variance-preserving state on [-1, 1], Y = A X + noise on
 * [-1, 1], DDPM's posterior mean and fixed small variance, then − ζ ∇‖Y − A X0‖, the gradient in closed form.
 */
function publishedDps(measured: Float64Array, sigmas: Float64Array, zeta: number): Float64Array {
  const random = testContext().random;
  const start = random('init').normals(SHAPE);
  let scale = vpScale(sigmas[0]);
  let state = Float64Array.from(start.data, (z) => scale * 2 * sigmas[0] * z);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const previous = sigmas[i + 1] === 0 ? 1 : vpScale(sigmas[i + 1]);
    const [barred, barredPrevious] = [scale ** 2, previous ** 2];
    const alpha = barred / barredPrevious;
    const parts = [...state].map((x) => coins((x / scale + 1) / 2, sigmas[i]));
    const denoised = parts.map((part) => 2 * part.denoised - 1);
    const residual = MATRIX.map(
      (row, k) => measured[k] - row.reduce((sum, a, j) => sum + a * denoised[j], 0),
    );
    const length = Math.hypot(...residual);
    const gradient = parts.map(
      (part, j) =>
        (-MATRIX.reduce((sum, row, k) => sum + row[j] * residual[k], 0) / length) * (part.slope / scale),
    );
    const noise = random('step', i);
    const spread = Math.sqrt(((1 - barredPrevious) / (1 - barred)) * (1 - alpha));
    state = state.map(
      (x, j) =>
        ((1 - alpha) * Math.sqrt(barredPrevious) * denoised[j]) / (1 - barred) +
        ((1 - barredPrevious) * Math.sqrt(alpha) * x) / (1 - barred) +
        spread * noise.normal() -
        zeta * gradient[j],
    );
    scale = previous;
  }
  return state.map((x) => (x + 1) / 2);
}

describe('dps', () => {
  const problem = denseProblem(MATRIX, 0.1, SHAPE);
  const measurement = floatArray(Float32Array.of(0.6, 0.9), [2]);

  it('goes down to half of the noise, in levels spaced as told', async () => {
    const fine = { ...seen, sigma: 0.004, range: [0.001, 2] as const };
    const levels = await levelsOf(dps, fine, { steps: 5, sigmaMax: 1, spacing: 'geometric' });
    expectLevels(levels, geometricSigmas(5, 0.002, 1).slice(0, 5));
  });

  it('is the published algorithm, in other units', async () => {
    const steps = 12;
    const zeta = 0.4;
    // On [-1, 1] the same picture measures Y = A(2x − 1) + 2σn = 2y − A1.
    const measured = Float64Array.from(
      MATRIX,
      (row, k) => 2 * measurement.data[k] - row.reduce((a, b) => a + b, 0),
    );
    const expected = publishedDps(measured, vpSigmas(steps, 0.05, 4), zeta);
    const scaled = zeta * Math.sqrt(DPS_IMAGE_SIZE / 3);
    const found = await runSolver(
      dps,
      { measurement, problem, prior },
      { steps, zeta: scaled, guidance: 'norm' },
      testContext(),
    );
    expected.forEach((value, j) => {
      expect(found.data[j]).toBeCloseTo(value, 4);
    });
    const unguided = await runSolver(dps, { measurement, problem, prior }, { steps, zeta: 0 }, testContext());
    expect(Math.abs(unguided.data[0] - found.data[0])).toBeGreaterThan(1e-2);
  });

  it('does not move, nor divide by zero, where there is no residual', async () => {
    const nothing = denseProblem([[0, 0, 0]], 0.1, SHAPE);
    const zero = floatArray(new Float32Array(1), [1]);
    const options = { steps: 5, zeta: 100 };
    const found = await runSolver(
      dps,
      { measurement: zero, problem: nothing, prior },
      options,
      testContext(),
    );
    const free = await runSolver(
      dps,
      { measurement: zero, problem: nothing, prior },
      { ...options, zeta: 0 },
      testContext(),
    );
    expect(found.data).toEqual(free.data);
    expect(found.data.every(Number.isFinite)).toBe(true);
  });

  it('takes the residual of the noise model, and its gradient when told', async () => {
    const nothing = (clean: FloatArray) => zeros(clean.shape);
    const run = (noise: object, options: object) =>
      runSolver(
        dps,
        { measurement, problem: { ...problem, noise: { ...problem.noise, ...noise } }, prior },
        { steps: 5, guidance: 'norm', ...options },
        testContext(),
      );
    const known = (await run({}, {})).data;
    const free = (await run({}, { zeta: 0 })).data;
    expect(free).not.toEqual(known);
    expect((await run({ gradient: nothing }, {})).data).toEqual(known);
    expect((await run({ residual: nothing }, {})).data).toEqual(free);
    expect((await run({ gradient: nothing }, { guidance: 'likelihood' })).data).toEqual(free);
    expect((await run({ residual: nothing }, { guidance: 'likelihood' })).data).not.toEqual(free);
  });

  it('takes the shorter of the two steps', async () => {
    const task = { measurement, problem, prior };
    const run = async (options: object) =>
      (await runSolver(dps, task, { steps: 5, ...options }, testContext())).data;
    const close = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
      Array.from(found).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 5);
      });
    close(await run({ zeta: 1e6 }), await run({ guidance: 'likelihood' }));
    close(await run({ zeta: 0.01 }), await run({ zeta: 0.01, guidance: 'norm' }));
    expect(await run({ zeta: 1e6 })).not.toEqual(await run({ zeta: 0.01 }));
  });

  it('goes no farther than 1/‖A‖² where the norm is known, and so does not swing about the measurement', async () => {
    const identity = denseProblem(
      [0, 1, 2].map((i) => [0, 1, 2].map((j) => 2 * Number(i === j))),
      1e-4,
      SHAPE,
    );
    const y = floatArray(Float32Array.of(0.4, 1, 1.6), [3]);
    const missed = async (norm: number | undefined) => {
      const task = {
        problem: { ...identity, operator: { ...identity.operator, norm } },
        measurement: y,
        prior,
      };
      const { data } = await runSolver(dps, task, { steps: 20, zeta: 1e3 }, testContext());
      return Math.hypot(...data.map((value, i) => 2 * value - y.data[i]));
    };
    expect(await missed(2)).toBeLessThan(0.05);
    expect(await missed(undefined)).toBeGreaterThan(0.3);
  });

  it('is not drawn to pixels that were lost', async () => {
    const noise = saltPepperNoise(0.2);
    const identity = denseProblem(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      0.1,
      SHAPE,
    );
    const run = (lost: number) =>
      runSolver(
        dps,
        {
          measurement: floatArray(Float32Array.of(0.2, lost, 0.8), [3]),
          problem: { ...identity, noise },
          prior,
        },
        { steps: 5 },
        testContext(),
      );
    expect((await run(0)).data).toEqual((await run(1)).data);
    expect((await run(0)).data).not.toEqual((await run(0.5)).data);
  });

  it("with the true likelihood takes the steps of Bayes' rule", async () => {
    const steps = 8;
    // Noise that is nowhere small beside a step.
    const noisy = { ...seen, sigma: 1.5 };
    const sigmas = vpSigmas(steps, ...noisy.range);
    const laws = noisy.s.map((s, i) => {
      let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
      for (let k = 0; k < steps; k++) {
        const [sigma, next] = [sigmas[k], sigmas[k + 1]];
        const J = shrinkage(noisy, sigma);
        const rest = (1 - J) * noisy.m;
        // (σ² − σ'²)·J·s·(y − s D)/σ_n², D = Jx + rest, on top of the ancestral step
        const push = ((sigma ** 2 - next ** 2) * J * s) / noisy.sigma ** 2;
        const keep = (next / sigma) ** 2;
        const pulled = { a: -push * s * J, b: push * (noisy.y[i] - s * rest) };
        const unguided = ancestral({ mean: 0, variance: 0 }, J, rest, sigma, next);
        x = affine(x, keep + (1 - keep) * J + pulled.a, unguided.mean + pulled.b, unguided.variance);
      }
      return x;
    });
    expectLaws(await lawsOf(dps, coordinatesTask(noisy), { steps, guidance: 'likelihood' }), laws);
  });

  it.each([
    { zeta: 1e-3, sigma: 0.1, norm: 2, guidance: 'bounded', shortest: 'paper' },
    { zeta: 1e4, sigma: 0.1, norm: 2, guidance: 'bounded', shortest: 'newton' },
    { zeta: 1e4, sigma: 0.1, norm: undefined, guidance: 'bounded', shortest: 'paper' },
    { zeta: 1e4, sigma: 0.1, norm: 2, guidance: 'norm', shortest: 'paper' },
    { zeta: 1e4, sigma: 20, norm: 2, guidance: 'bounded', shortest: 'bayes' },
    { zeta: 1e4, sigma: 20, norm: 2, guidance: 'norm', shortest: 'paper' },
  ] as const)('in one step goes as far as the shortest: $shortest of $guidance', async (options) => {
    const { zeta, sigma, norm, guidance, shortest } = options;
    const one = { ...seen, s: [2], y: [3], sigma };
    const task = coordinatesTask(one);
    const bound = { ...task, problem: { ...task.problem, operator: { ...task.problem.operator, norm } } };
    const context = contextOf(normalsOf(0).random);
    const { data } = await runSolver(dps, bound, { steps: 1, zeta, guidance }, context);
    const [highest] = vpSigmas(1, ...one.range);
    const J = shrinkage(one, highest);
    const denoised = J * 0.5 + (1 - J) * one.m;
    const residual = 3 - 2 * denoised;
    const pull = {
      paper: dpsStepSize(zeta, highest, 0, 1),
      newton: residual / 4,
      bayes: (highest ** 2 * residual) / sigma ** 2,
    }[shortest];
    expect(data[0] / (denoised + J * 2 * pull)).toBeCloseTo(1, 5);
  });

  it('frees the network and the operator at every step, and where the operator fails', async () => {
    let open = 0;
    const counted = <T extends { release(): void }>(linearization: T) => {
      open++;
      return { ...linearization, release: () => void open-- };
    };
    const run = (fails: boolean) =>
      runSolver(
        dps,
        {
          measurement,
          problem: {
            ...problem,
            operator: {
              ...problem.operator,
              async linearize(x: FloatArray) {
                const linearization = counted(await problem.operator.linearize(x));
                const pullback = () => {
                  throw new Error('the operator fails');
                };
                return fails ? { ...linearization, pullback } : linearization;
              },
            },
          },
          prior: { ...prior, linearize: async (x, sigma) => counted(await prior.linearize!(x, sigma)) },
        },
        { steps: 3 },
        testContext(),
      );
    await run(false);
    expect(open).toBe(0);
    await expect(run(true)).rejects.toThrow('the operator fails');
    expect(open).toBe(0);
  });

  it('visits the levels that it is told', async () => {
    const [lowest] = seen.range;
    expectLevels(await levelsOf(dps, seen, { steps: 5 }), vpSigmas(5, lowest, 2).slice(0, 5));
    expectLevels(await levelsOf(dps, seen, { steps: 5, sigmaMax: 1 }), vpSigmas(5, lowest, 1).slice(0, 5));
  });

  it('takes what its options say, any noise, and a prior with a gradient', () => {
    expectRanges(dps, {
      steps: counts(10_000),
      zeta: atLeastZero,
      sigmaMax: positive(),
      guidance: { takes: ['bounded', 'norm', 'likelihood'], refuses: ['none'] },
    });
    expect(needsOf(dps, coordinatesTask(seen))).toEqual(['prior', 'gradient']);
    expect(dps.samplesPosterior).toBe(true);
  });

  it('has presets that begin where the measurement leaves doubt, and go as far in half the steps', () => {
    const fromDefaults = dps.options.parse({});
    for (const [name, preset] of Object.entries(dps.presets)) {
      const { steps, zeta, sigmaMax } = { ...fromDefaults, ...(preset as object) };
      // Far below what hides a picture.
      expect(sigmaMax, name).toBeLessThanOrEqual(2.5);
      // Steps times their length is never less than that of the least demanding.
      expect(steps * zeta, name).toBeGreaterThanOrEqual(1000);
    }
    const { denoise: quick, 'gaussian-blur': blur } = dps.presets;
    expect(quick.steps).toBe(Number(blur.steps) / 2);
    expect(quick.zeta).toBe(2 * Number(blur.zeta));
  });
});
