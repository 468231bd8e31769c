import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DiffusionPrior } from '../models/prior.js';
import { gaussianNoise } from '../problems/noises/gaussian.js';
import { problemOf } from '../problems/problem.js';
import { identity } from '../problems/restoration/denoise.js';
import type { ChainSolver, Context, EnsembleSolver } from '../solvers/solver.js';
import { filled } from '../src/core/array.js';
import type { Checkpoint, Keeper } from '../src/core/checkpoints.js';
import { keyedRandom } from '../src/core/random.js';
import { chainsAtATime, drawSamples, type Progress } from '../src/draw-samples.js';

const shape = [1, 2, 2];
const task = { measurement: filled(shape, 0.5), problem: problemOf(identity(shape), gaussianNoise(0.1)) };
const about = {
  name: 'mine',
  summary: '',
  needs: { prior: 'none', noise: 'any' },
  samplesPosterior: true,
  options: z.strictObject({}),
  presets: {},
} as const;

/** Five steps, then a random number of the sample's own. */
const chain: ChainSolver = {
  ...about,
  kind: 'chain',
  async run(_task, _options, { random, step }: Context) {
    for (let i = 0; i < 5; i++) await step(i, 5);
    return filled(shape, random('value').uniform());
  },
};
it('chains are drawn side by side, but for a large image in tiles, which keep all workers busy', () => {
  const prior = { kind: 'diffusion', workers: 3 } as DiffusionPrior;
  const inTiles = { ...prior, inParts: async () => [] };
  const [small, large] = [
    [3, 512, 512],
    [3, 3000, 4000],
  ];
  expect([chainsAtATime(prior, large), chainsAtATime(inTiles, small)]).toEqual([6, 6]);
  expect(chainsAtATime(inTiles, large)).toBe(1);
  expect(chainsAtATime(undefined, large)).toBe(2);
});

const randomOf = (k: number) => keyedRandom(0, 'draw', k);
const drawing = { task, options: {}, variance: false, atATime: 2, randomOf };

describe('drawSamples', () => {
  it('runs a chain for each sample, each with streams of its own', async () => {
    const { images, weighting } = await drawSamples({ ...drawing, solver: chain, samples: 3 });
    expect(images.map(({ data }) => data[0])).toEqual(
      [0, 1, 2].map((k) => Math.fround(randomOf(k)('value').uniform())),
    );
    expect(weighting).toEqual({});
  });

  it('runs an ensemble once, and keeps its weights', async () => {
    const runs: number[] = [];
    const solver: EnsembleSolver = {
      ...about,
      kind: 'ensemble',
      async run(_task, _options, { samples }) {
        runs.push(samples);
        return { samples: [filled(shape, 0)], logWeights: [0], logEvidence: -3 };
      },
    };
    const { images, weighting } = await drawSamples({ ...drawing, solver, samples: 7 });
    expect([runs, images.length, weighting]).toEqual([[7], 1, { logWeights: [0], logEvidence: -3 }]);
  });

  it('goes on inside an ensemble, and inside a part of it, and draws nothing that is done', async () => {
    const begun: string[] = [];
    const solver: EnsembleSolver = {
      ...about,
      kind: 'ensemble',
      async run(_task, _options, { once, step }) {
        await step(3, 9, { x: filled(shape, 2) });
        const part = await once!('chain 0', async ({ step, resumed }) => {
          begun.push(`${resumed?.step} ${resumed?.state['x'].data[0]}`);
          await step(5, 9, { x: filled(shape, 4) });
          return { x: filled(shape, 1) };
        });
        return { samples: [part['x']], logWeights: [1 / 3], ess: [0.1] };
      },
    };
    const pieces = new Map<string, Checkpoint>();
    const keeper: Keeper = {
      load: async (name) => pieces.get(name),
      save: async (name, checkpoint) => void pieces.set(name, checkpoint),
    };
    const job = { ...drawing, solver, samples: 1, keeper };
    const whole = await drawSamples(job);
    expect(whole.weighting).toEqual({ logWeights: [1 / 3], ess: [0.1] });
    expect([...pieces.keys()].sort()).toEqual(['ensemble', 'ensemble, chain 0']);
    expect(await drawSamples(job)).toEqual(whole);
    pieces.clear();
    pieces.set('ensemble, chain 0', { step: 5, state: { x: filled(shape, 4) } });
    expect(await drawSamples(job)).toEqual(whole);
    expect(begun).toEqual(['undefined undefined', '5 4']);
  });

  it('asks for an estimate where two samples or more are drawn, with streams of the first', async () => {
    const solver: ChainSolver = {
      ...chain,
      estimate: async (_task, _options, { random }) => filled(shape, random('better').uniform()),
    };
    const { images, estimate } = await drawSamples({ ...drawing, solver, samples: 2 });
    expect(images).toHaveLength(2);
    expect(estimate!.data[0]).toBe(Math.fround(randomOf(0)('better').uniform()));
    expect((await drawSamples({ ...drawing, solver, samples: 1 })).estimate).toBeUndefined();
  });

  it('asks for moments first, and then for no more samples than are wanted', async () => {
    const solver: ChainSolver = {
      ...chain,
      moments: async (_task, _options, { variance }) => ({ mean: filled(shape, variance ? 1 : 0) }),
    };
    const { images, moments } = await drawSamples({ ...drawing, solver, samples: 0, variance: true });
    expect([images.length, moments?.mean.data[0]]).toEqual([0, 1]);
  });

  it('tells of progress that never falls and counts every step', async () => {
    const told: Progress[] = [];
    await drawSamples({
      ...drawing,
      solver: chain,
      samples: 4,
      onProgress: (progress) => told.push(progress),
    });
    expect(told.length).toBe(20);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    // Two run side by side: the last step of each is still to do.
    expect(fractions.at(-1)).toBeGreaterThan(0.89);
    expect(fractions.at(-1)).toBeLessThan(0.96);
    expect(new Set(told.map(({ sample }) => sample))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('stops at the next step where it is told to', async () => {
    const controller = new AbortController();
    const stopped = drawSamples({
      ...{ ...drawing, solver: chain, samples: 2, signal: controller.signal },
      onProgress: ({ step }) => step === 2 && controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });

  it('refuses an image that is not finite, by the name of its solver', async () => {
    const solver = { ...chain, run: async () => filled(shape, Number.NaN) };
    await expect(drawSamples({ ...drawing, solver, samples: 1 })).rejects.toThrow(
      'mine ran away: its sample 0 holds values that are not finite',
    );
  });
});
