import { describe, expect, it } from 'vitest';
import type { DifferentiablePrior } from '../../../models/prior.js';
import { guidedChain } from '../../../solvers/parts/guided-chain.js';
import { mapArray } from '../../../src/core/array.js';
import { contextOf, coordinatesTask, normalsOf, noting, seenAndUnseen } from '../coordinates.js';

const SIGMAS = [2, 0.5, 0.1, 0];
const { task, levels } = noting(coordinatesTask(seenAndUnseen));
const prior = task.prior as DifferentiablePrior;
const shape = task.problem.imageShape;

describe('guidedChain', () => {
  it('puts the guided image in the place of the denoised one, level by level', async () => {
    levels.length = 0;
    const said: number[][] = [];
    const guided: number[] = [];
    const context = {
      ...contextOf(normalsOf(1).random),
      step: async (i: number, of: number) => void said.push([i, of]),
    };
    const x = await guidedChain(
      prior,
      shape,
      SIGMAS,
      async (denoiser, sigma) => {
        guided.push(sigma);
        return mapArray(denoiser.value, () => 0.7);
      },
      context,
    );
    // The last step goes to the guided image itself.
    for (const value of x.data) expect(value).toBeCloseTo(0.7, 6);
    expect(levels).toEqual([2, 0.5, 0.1]);
    expect(guided).toEqual(levels);
    expect(said).toEqual([0, 1, 2].map((i) => [i, 3]));
  });

  it('begins at N(½, σ²) and takes ancestral steps', async () => {
    const seen: number[] = [];
    const noted: typeof prior = {
      ...prior,
      linearize: (x, sigma) => {
        seen.push(x.data[0]);
        return prior.linearize(x, sigma);
      },
    };
    const context = contextOf(normalsOf(1).random);
    await guidedChain(noted, shape, SIGMAS, async ({ value }) => mapArray(value, () => 0.7), context);
    let x = 0.5 + SIGMAS[0];
    expect(seen[0]).toBeCloseTo(x, 6);
    for (const [k, next] of SIGMAS.slice(1, -1).entries()) {
      const keep = (next / SIGMAS[k]) ** 2;
      x = 0.7 + keep * (x - 0.7) + next * Math.sqrt(1 - keep);
      expect(seen[k + 1]).toBeCloseTo(x, 5);
    }
  });

  it('frees the denoiser at every step, and where the guide fails', async () => {
    let open = 0;
    const counting: typeof prior = {
      ...prior,
      async linearize(x, sigma) {
        open++;
        return { ...(await prior.linearize(x, sigma)), release: () => void open-- };
      },
    };
    const context = contextOf(normalsOf(0).random);
    await guidedChain(counting, shape, SIGMAS, async ({ value }) => value, context);
    expect(open).toBe(0);
    const failing = async () => {
      throw new Error('the guide fails');
    };
    await expect(guidedChain(counting, shape, SIGMAS, failing, context)).rejects.toThrow('the guide fails');
    expect(open).toBe(0);
  });
});
