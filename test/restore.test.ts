import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DiffusionPrior } from '../models/prior.js';
import { bind, parseProblem, parseTerm } from '../problems/index.js';
import type { NoiseModel } from '../problems/noise.js';
import { type LinearOperator, linearizeLinear } from '../problems/operator.js';
import type { Problem } from '../problems/problem.js';
import { effectiveOptions } from '../solvers/choose.js';
import { defineSolver } from '../solvers/define-solver.js';
import type { ChainSolver, EnsembleSolver } from '../solvers/solver.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../src/core/array.js';
import { restore } from '../src/restore.js';

const shape = [1, 2, 3];
const SIGMA = 0.5;

/** y = 2x + noise, reported at half contrast so that what is reported differs from x. */
const operator: LinearOperator = {
  inputShape: shape,
  outputShape: shape,
  field: 'real',
  apply: (x) => mapArray(x, (value) => 2 * value),
  adjoint: (y) => mapArray(y, (value) => 2 * value),
  linearize: (x) => linearizeLinear(operator, x),
};
const noise: NoiseModel = {
  name: 'gaussian',
  sample: (clean) => clean,
  logLikelihood: (clean, y) =>
    -clean.data.reduce((sum, value, i) => sum + (y.data[i] - value) ** 2, 0) / (2 * SIGMA ** 2) + 7,
  gradient: (clean) => clean,
  variance: () => SIGMA ** 2,
};
const problem: Problem = {
  spec: { operators: [] },
  name: 'doubling',
  operator,
  noise,
  imageShape: shape,
  measurementShape: shape,
  report: (x) => mapArray(x, (value) => value / 2),
};
const prior: DiffusionPrior = {
  kind: 'diffusion',
  name: 'halving',
  channels: 1,
  sigmaRange: [0.01, 10],
  sizeMultiple: 1,
  denoise: async (x) => mapArray(x, (value) => value / 2),
  linearize: async (x) => ({
    value: mapArray(x, (value) => value / 2),
    pullback: (v) => mapArray(v, (value) => value / 2),
    release() {},
  }),
  close: async () => {},
};
const options = z.object({
  steps: z.int().min(1).default(3),
  scale: z.number().positive().default(1),
});

/** Asks the network twice and its gradient once per step, and returns noise of its own. */
const walker = defineSolver({
  kind: 'chain',
  name: 'walker',
  summary: '',
  needs: { prior: 'diffusion', priorVjp: true, noise: 'any' },
  samplesPosterior: false,
  options,
  presets: { doubling: { scale: 2 } },
  async run({ measurement, prior }, { steps, scale }, context) {
    for (let i = 0; i < steps; i++) {
      await context.step(i, steps);
      await prior.denoise(measurement, 1);
      const linearization = await prior.linearize(measurement, 1);
      await linearization.pullback(linearization.value);
      linearization.release();
    }
    return mapArray(context.random('walk').normals(shape), (value) => scale * value);
  },
});
const measurement = mapArray(zeros(shape), (_, i) => i / 10);

describe('restore', () => {
  it('reports the estimate of a solver that has one, and the samples’ interval about it', async () => {
    const better = { ...walker, estimate: async () => mapArray(measurement, () => 6) };
    const job = { measurement, problem, prior, samples: 3 };
    const plain = await restore({ ...job, solver: walker });
    const found = await restore({ ...job, solver: better });
    expect(found.mean.data.every((value) => value === 3)).toBe(true);
    expect(found.sd!.data).toEqual(plain.sd!.data);
    expect(found.samples).toEqual(plain.samples);
    expect([plain.meanBySolver, found.meanBySolver]).toEqual([false, true]);
    // The mean of three samples is off by a third of their variance besides; an estimate is not.
    found.upper!.data.forEach((value, i) => {
      expect((value - 3) * Math.sqrt(4 / 3)).toBeCloseTo(plain.upper!.data[i] - plain.mean.data[i], 5);
    });
  });

  it('counts, reports and says what was used', async () => {
    const posterior = await restore({ measurement, problem, prior, solver: walker, samples: 3 });
    expect(posterior.samples).toHaveLength(3);
    expect(posterior).toMatchObject({
      networkEvaluations: 18,
      vjps: 9,
      samplesPosterior: false,
      solver: 'walker',
      options: { steps: 3, scale: 2 },
      level: 0.9,
    });
    expect(posterior.effectiveSamples).toBeCloseTo(3, 12);
    const average =
      (posterior.samples[0].data[4] + posterior.samples[1].data[4] + posterior.samples[2].data[4]) / 3;
    expect(posterior.mean.data[4]).toBeCloseTo(average, 6);
    // The misfit is that of x, not of what is reported of it: x is twice the report.
    const first = posterior.samples[0].data;
    const expected =
      first.reduce((sum, half, i) => sum + (measurement.data[i] - 2 * 2 * half) ** 2, 0) /
      (first.length * SIGMA ** 2);
    expect(posterior.misfit[0]).toBeCloseTo(expected, 4);
    // It optimises: its images are no draws, of which a chance could be told.
    expect(posterior.misfitProbability).toBeUndefined();
  });

  it('of draws from the posterior it tells how likely such a misfit is', async () => {
    const drawing = { ...walker, samplesPosterior: true };
    const { misfit, misfitProbability } = await restore({
      measurement,
      problem,
      prior,
      solver: drawing,
      samples: 3,
    });
    // The tail of χ² with six degrees of freedom, at t = 6 times the misfit.
    const chances = misfit.map((value) => Math.exp(-3 * value) * (1 + 3 * value + (3 * value) ** 2 / 2));
    expect(misfitProbability).toBeCloseTo(chances.reduce((sum, chance) => sum + chance, 0) / 3, 2);
  });

  it('draws sample k whatever N is, another seed or measurement draws others', async () => {
    const draw = (job: { samples: number; seed?: number; measurement?: FloatArray }) =>
      restore({ measurement, problem, prior, solver: walker, ...job }).then((p) =>
        p.samples.map((s) => [...s.data]),
      );
    const three = await draw({ samples: 3 });
    expect(await draw({ samples: 2 })).toEqual(three.slice(0, 2));
    expect((await draw({ samples: 1, seed: 1 }))[0]).not.toEqual(three[0]);
    const other = mapArray(measurement, (value, i) => (i === 0 ? value + 1e-6 : value));
    expect((await draw({ samples: 1, measurement: other }))[0]).not.toEqual(three[0]);
  });

  it('reports progress and stops at a step when aborted', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const run = restore({
      measurement,
      problem,
      prior,
      solver: walker,
      samples: 2,
      signal: controller.signal,
      onProgress({ sample, samples, step, steps, fraction }) {
        seen.push(`${sample}/${samples} ${step}/${steps} ${fraction.toFixed(3)}`);
        if (sample === 1 && step === 1) controller.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(seen).toEqual(['0/2 0/3 0.000', '1/2 0/3 0.000', '0/2 1/3 0.167', '1/2 1/3 0.333']);
  });

  it('refuses measurements that the noise never gives, and images that are not finite', async () => {
    const lost: ChainSolver = { ...walker, run: async () => mapArray(measurement, () => Number.NaN) };
    await expect(restore({ measurement, problem, prior, solver: lost })).rejects.toThrow(
      'walker ran away: its sample 0 holds values that are not finite',
    );
    const never = { ...noise, logLikelihood: () => Number.NEGATIVE_INFINITY };
    await expect(
      restore({ measurement, problem: { ...problem, noise: never }, prior, solver: walker }),
    ).rejects.toThrow('the measurement holds values that gaussian noise never gives');
  });

  it('gives no weight to samples that do not explain the measurement, where others do', async () => {
    const ending = (places: readonly number[]): ChainSolver => {
      let k = 0;
      const run = async () => {
        const off = places[k++];
        return mapArray(measurement, (value) => value / 2 + off);
      };
      return { ...walker, run };
    };
    const job = { measurement, problem, prior, samples: 4, atATime: 1 };
    // Twice 0.1 and 0.2 is a misfit of 0.16 and 0.64 at σ = ½; twice 3 one of 144.
    const some = await restore({ ...job, solver: ending([3, 0.1, -0.1, 3]) });
    expect(some.strays).toBe(2);
    expect(some.misfit[0]).toBeCloseTo(144, 3);
    expect(some.effectiveSamples).toBeCloseTo(2, 12);
    expect([...some.mean.data]).toEqual([...measurement.data].map((y) => expect.closeTo(y / 4, 6)));
    expect(some.sd!.data[0]).toBeCloseTo(Math.SQRT2 * 0.05, 6);
    expect([1, 2]).toContain(some.drawn);
    expect((await restore({ ...job, solver: ending([0, 0.1, -0.1, 0.2]) })).strays).toBe(0);
    const ambiguous = { ...problem, operator: { ...operator, ambiguous: true } };
    const best = { ...job, problem: ambiguous, solver: ending([0.2, 0.1, -0.05, 0.1]) };
    expect((await restore(best)).drawn).toBe(2);
    const none = await restore({ ...job, solver: ending([3, 4, 5, 3]) });
    expect(none).toMatchObject({ strays: 0, drawn: 0 });
    expect(none.logWeights).toBeUndefined();
  });

  it('keeps the weights of an ensemble', async () => {
    const pair: EnsembleSolver = {
      ...walker,
      kind: 'ensemble',
      needs: { prior: 'none', noise: 'any' },
      run: async () => ({
        samples: [zeros(shape), mapArray(zeros(shape), () => 2)],
        logWeights: [0, Math.log(3)],
        logEvidence: -5,
        ess: [2, 1.6],
        ancestors: [0, 0],
      }),
    };
    const posterior = await restore({ measurement, problem, solver: pair, samples: 2 });
    expect(posterior.mean.data[0]).toBeCloseTo(0.75, 6);
    expect(posterior.effectiveSamples).toBeCloseTo(1.6, 9);
    expect(posterior).toMatchObject({ logEvidence: -5, ess: [2, 1.6], ancestors: [0, 0] });

    let second = 0;
    for (let seed = 0; seed < 400; seed++) {
      second += (await restore({ measurement, problem, solver: pair, samples: 2, seed })).drawn;
    }
    // The second has three quarters of the weight; four standard errors.
    expect(Math.abs(second / 400 - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / 400));
  });

  it.each([
    [{ measurement: zeros([1, 3, 2]) }, 'the measurement has shape 1×3×2, but the problem'],
    [
      { measurement: floatArray(Float32Array.of(0, 1, Number.NaN, 0, 0, 0), shape) },
      'value 2 of the measurement is NaN',
    ],
    [{ samples: 0 }, 'samples must be a whole number from 1 for solver walker, found 0'],
    [{ level: 1 }, 'level must lie between 0 and 1, found 1'],
    [{ seed: 0.5 }, 'seed must be a whole number, found 0.5'],
    [{ solver: 'dsp' }, 'there is no solver "dsp"; the nearest are dps'],
    [{ options: { step: 3 } }, 'there is no option of solver walker "step"; the nearest are steps'],
    [{ options: { steps: 0 } }, 'option steps of solver walker: expected a whole number, 1 ≤ steps, found 0'],
    [{ prior: undefined }, 'solver walker needs a prior of kind diffusion, but none was given'],
    [{ prior: { ...prior, linearize: undefined } }, 'needs a prior with a gradient'],
  ])('refuses %o in one sentence', async (change, sentence) => {
    await expect(restore({ measurement, problem, prior, solver: walker, ...change })).rejects.toThrow(
      sentence,
    );
  });
});

describe('effectiveOptions', () => {
  it('puts what is set over the preset over the defaults', () => {
    expect(effectiveOptions(walker, problem)).toEqual({ steps: 3, scale: 2 });
    expect(effectiveOptions(walker, { ...problem, name: 'other' })).toEqual({ steps: 3, scale: 1 });
    expect(effectiveOptions(walker, problem, { scale: 5 })).toEqual({ steps: 3, scale: 5 });
  });

  it('prefers the preset of the problem with an option that it has', () => {
    const solver = { ...walker, presets: { ...walker.presets, 'inpaint:fraction': { scale: 7 } } };
    const noise = parseTerm('gaussian:sigma=0.1');
    const bound = (text: string) =>
      bind({ ...parseProblem(`inpaint:${text}`), noise }, { imageShape: [1, 8, 8] });
    expect(effectiveOptions(solver, bound('fraction=0.5'))).toMatchObject({ scale: 7 });
    expect(effectiveOptions(solver, bound('box=1:1:2:2'))).toMatchObject({ scale: 1 });
  });
});
