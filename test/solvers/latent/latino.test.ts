/** LATINO where the network, the autoencoder and the operator are linear: its chain in closed form. */
import { describe, expect, it } from 'vitest';
import { latino } from '../../../solvers/latent/latino.js';
import { floatArray } from '../../../src/core/array.js';
import { restore } from '../../../src/restore.js';
import { denseProblem, solveDense, testContext } from '../../exact/dense.js';
import { contextOf, normalsOf } from '../coordinates.js';
import { counts, expectRanges, positive } from '../declared.js';
import { runSolver } from '../run-solver.js';
import {
  A,
  CODE_SHAPE,
  decoded,
  denoised,
  E,
  IMAGE_SHAPE,
  M,
  plus,
  prior,
  SIGMA,
  task,
  times,
  transposed,
  Y,
} from './linear-codes.js';

const LEVELS = [2, 1.2, 0.7, 0.4, 0.2, 0.1];
const distilled = { ...prior, codes: { ...prior.codes, consistencyLevels: LEVELS } };
const job = { ...task, prior: distilled };

/** argmin ‖Au − y‖² + ρ‖u − x‖² */
function nearest(x: readonly number[], rho: number): number[] {
  const columns = transposed(A);
  const normal = columns.map((a, i) => columns.map((b, j) => times([a], b)[0] + (i === j ? rho : 0)));
  return plus(x, solveDense(normal, times(columns, plus(Y, times(A, x), -1))));
}

/** The chain from an image, in double precision. */
function followed(start: readonly number[], levels: readonly number[], delta: number): number[] {
  let x = [...start];
  levels.forEach((sigma, i) => {
    const stream = testContext().random('step', i);
    const noisy = plus(times(M, x), E).map((z) => z + sigma * stream.normal());
    const clean = decoded(denoised(noisy, sigma)).map((value) => Math.min(Math.max(value, 0), 1));
    x = nearest(clean, SIGMA ** 2 / ((delta / 4) * (sigma ** 2 / (1 + sigma ** 2))));
  });
  return x;
}

const expectClose = (found: ArrayLike<number>, expected: readonly number[], within = 2e-5) =>
  expected.forEach((value, i) => {
    expect(Math.abs(found[i] - value)).toBeLessThan(within);
  });

describe('latino', () => {
  it.each([
    { steps: 1, delta: 1, levels: [2] },
    { steps: 3, delta: 0.2, levels: [2, 0.7, 0.2] },
    { steps: 4, delta: 3, levels: [2, 1.2, 0.4, 0.2] },
    { steps: 6, delta: 1, levels: LEVELS },
  ])(
    'takes $steps of six levels: noise, one run of the network, one data step',
    async ({ levels, ...options }) => {
      const found = await runSolver(latino, job, options, testContext());
      // What it begins with is Wiener's image: test/solvers/parts/start-image.test.ts.
      const asked: number[][] = [];
      const noting = {
        ...distilled,
        encode: async (x: Parameters<typeof prior.encode>[0]) => {
          asked.push([...x.data]);
          return prior.encode(x);
        },
      };
      await runSolver(latino, { ...job, prior: noting }, options, testContext());
      expect(asked).toHaveLength(options.steps);
      expectClose(found.data, followed(asked[0], levels, options.delta));
    },
  );

  it('stays at an image that is measured, and that network and autoencoder leave alone', async () => {
    // A network that gives back what it is given; codes that are the image.
    const itself = async (x: ReturnType<typeof floatArray>) => floatArray(x.data.slice(), x.shape);
    const codes = { ...distilled.codes, denoise: itself };
    const plain = { ...distilled, channels: 2, codes, encode: itself, decode: itself };
    const image = floatArray(Float32Array.of(0.3, 0.8), CODE_SHAPE);
    const problem = denseProblem(
      [
        [0.6, 0.8],
        [0.8, -0.6],
      ],
      1e-4,
      CODE_SHAPE,
    );
    const measurement = await problem.operator.apply(image);
    const silent = contextOf(normalsOf(0).random);
    const found = await runSolver(latino, { problem, measurement, prior: plain }, {}, silent).catch(
      (error) => error,
    );
    expect(found.message).toBe(
      'solver latino is asked for 8 steps, but prior linear codes was distilled at 6 levels',
    );
    const kept = await runSolver(latino, { problem, measurement, prior: plain }, { steps: 6 }, silent);
    expectClose(kept.data, [...image.data], 1e-4);
  });

  it('makes no use of a gradient, and asks for a consistency-distilled network by what makes one', async () => {
    expectRanges(latino, { steps: counts(1000), delta: positive() });
    const { linearizeDecode: _, linearizeEncode: __, ...forward } = distilled;
    const { linearize: ___, ...network } = distilled.codes;
    const options = { steps: 2 };
    const found = await restore({
      ...job,
      prior: { ...forward, codes: network },
      solver: 'latino',
      samples: 2,
      options,
    });
    expect(found.vjps).toBe(0);
    // Of the network and the decoder.
    expect(found.networkEvaluations).toBe(8);
    expect(found.samplesPosterior).toBe(false);
    await expect(restore({ ...task, prior, solver: 'latino' })).rejects.toThrow(
      /^solver latino needs a consistency-distilled prior \(a diffusers folder with LCMScheduler or TCDScheduler, or a card with consistencyLevels\), but prior linear codes is none; these would work: resample, /,
    );
  });

  it('is not limited to what the decoder can show', async () => {
    const sharp = { ...task.problem, ...denseProblem(A, 1e-3, IMAGE_SHAPE) };
    const found = await runSolver(latino, { ...job, problem: sharp }, { steps: 6 }, testContext());
    const off = plus(times(A, [...found.data]), Y, -1);
    expect(Math.hypot(...off)).toBeLessThan(0.01);
  });
});
