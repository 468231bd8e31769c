import { describe, expect, it } from 'vitest';
import type { CompressivePrior, DiffusionPrior } from '../models/prior.js';
import { tiled } from '../models/tiled.js';
import { solvers } from '../solvers/index.js';
import { fitted } from '../src/auto-tile.js';
import type { FloatArray } from '../src/core/array.js';
import { estimateMemory } from '../src/memory.js';

/** A kilobyte for each pixel that the network sees, and ten where it is differentiated. */
const prior: DiffusionPrior = {
  kind: 'diffusion',
  name: 'large',
  channels: 3,
  sigmaRange: [0.01, 1],
  sizeMultiple: 8,
  receptiveRadius: 40,
  footprint: (height, width) => ({ denoise: 1e3 * height * width, linearize: 1e4 * height * width }),
  denoise: async (x) => x,
  close: async () => {},
};
const task = { imageShape: [3, 1500, 2000], solver: solvers.diffpir, prior, samples: 1 };
const needed = (tile: number) => estimateMemory({ ...task, prior: tiled(prior, { tile }) });

describe('tiles chosen by memory', () => {
  it('are none where the whole image fits, and where nothing can be tiled', () => {
    expect(fitted(task, estimateMemory(task))).toEqual({ prior });
    const global = { ...prior, receptiveRadius: undefined };
    expect(fitted({ ...task, prior: global }, 1)).toEqual({ prior: global });
    const wiener = { ...task, solver: solvers.wiener };
    expect(fitted(wiener, 1)).toEqual({ prior });
    const parts = tiled(prior, { tile: 256 });
    expect(fitted({ ...task, prior: parts }, 1)).toEqual({ prior: parts });
  });

  it('are of compressive priors too, and the memory is then that of a window', () => {
    const { footprint } = prior;
    const codes = {
      ...{ kind: 'compressive', name: 'codes', channels: 3, sizeMultiple: 8, receptiveRadius: 40, footprint },
      codeShapes: () => [[4, 1, 1]],
      decode: async (z: FloatArray) => z,
    } as unknown as CompressivePrior;
    const coded = { ...task, solver: solvers.vble, prior: codes };
    expect(fitted(coded, estimateMemory(coded))).toEqual({ prior: codes });
    const limit = 0.6 * estimateMemory(coded);
    const found = fitted(coded, limit);
    expect(found.tile).toBeGreaterThan(64);
    expect(estimateMemory({ ...coded, prior: found.prior })).toBeLessThanOrEqual(limit);
  });

  it('fit, and are so large that the next step would not, or would not be cheaper', () => {
    const limit = 0.6 * estimateMemory(task);
    const { tile, prior: run } = fitted(task, limit);
    expect(estimateMemory({ ...task, prior: run })).toBeLessThanOrEqual(limit);
    expect(tile! % 64).toBe(0);
    expect(tile).toBeGreaterThan(256);
    const small = fitted(task, needed(128));
    expect(small.tile).toBeLessThanOrEqual(128);
    expect(estimateMemory({ ...task, prior: small.prior })).toBeLessThanOrEqual(needed(128));
  });

  it('are the smallest where none fits, so that the message can say what is needed', () => {
    expect(fitted(task, 1).tile).toBe(64);
  });
});
