import { afterAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../models/load.js';
import type { DiffusionPrior } from '../models/prior.js';
import { tiled } from '../models/tiled.js';
import { problem } from '../problems/bind.js';
import { solvers } from '../solvers/index.js';
import { zeros } from '../src/core/array.js';
import { machineMemory } from '../src/io/machine-memory.js';
import { estimateMemory, requireMemory, workersWithin } from '../src/memory.js';
import { restore } from '../src/restore.js';

const prior = (await loadPrior('photo-small')) as DiffusionPrior;
afterAll(() => prior.close());

const { diffpir, dps, wiener } = solvers;
const at = (side: number) => [3, side, side];
const estimate = (side: number, more: Partial<Parameters<typeof estimateMemory>[0]> = {}) =>
  estimateMemory({ imageShape: at(side), solver: diffpir, prior, samples: 4, ...more }) / 1e6;

describe('estimateMemory', () => {
  const { tweedie } = solvers;
  // Peaks of process and runtime in MB: samples/benchmarks/restore-memory.ts photo-small SIDE SOLVER SAMPLES [TILE].
  it.each([
    ['diffpir, 4 samples', 218, estimate(512)],
    ['ddnm, 1 sample', 157, estimate(512, { solver: solvers['ddnm'], samples: 1 })],
    ['ddnm, 8 samples', 202, estimate(512, { solver: solvers['ddnm'], samples: 8 })],
    ['dps, 1 sample', 495, estimate(512, { solver: dps, samples: 1 })],
    ['dps, 4 samples', 575, estimate(512, { solver: dps })],
    ['diffpir, 1 sample, 1024²', 539, estimate(1024, { samples: 1 })],
    ['tweedie, the estimate alone', 82, estimate(512, { solver: tweedie, samples: 0 })],
    ['the same, 1024²', 270, estimate(1024, { solver: tweedie, samples: 0 })],
    [
      'the same, in tiles of 256²',
      155,
      estimate(1024, { solver: tweedie, samples: 0, prior: tiled(prior, { tile: 256 }) }),
    ],
  ])('is within a third of what was measured: %s', (_, measured, estimated) => {
    expect(estimated / measured).toBeGreaterThan(3 / 4);
    expect(estimated / measured).toBeLessThan(4 / 3);
  });

  it('is within a third of what a large picture takes in tiles, whose chains come one after another', () => {
    // 2000×1500, diffpir, 2 samples, --tile 512, a network of one convolution: 530 MB (denoise) and 533 (×2).
    const { footprint: _, ...small } = tiled(prior, { tile: 512 });
    const task = { imageShape: [3, 1500, 2000], solver: diffpir, prior: small, samples: 2 };
    for (const measured of [530, 533]) {
      expect(estimateMemory(task) / 1e6 / measured).toBeGreaterThan(3 / 4);
      expect(estimateMemory(task) / 1e6 / measured).toBeLessThan(4 / 3);
    }
    // Of 12 megapixels two samples fit into 3 GB.
    const large = { ...task, imageShape: [3, 3000, 4000] };
    expect(estimateMemory({ ...large, prior: tiled(prior, { tile: 512 }) })).toBeLessThan(3e9);
    // This process, less what it holds without a picture: samples/benchmarks/large.ts, jpeg, blur and ×2.
    for (const measured of [2170, 2130, 1760]) {
      expect(estimateMemory(large) / 1e6 / measured).toBeGreaterThan(0.95);
      expect(estimateMemory(large) / 1e6 / measured).toBeLessThan(4 / 3);
    }
  });

  it('grows with the pixels and the samples, and less with tiles or without a network', () => {
    expect(estimate(2048) / estimate(1024)).toBeCloseTo(4, 1);
    expect(estimate(512, { samples: 16 })).toBeGreaterThan(estimate(512));
    const tiles = tiled(prior, { tile: 256 });
    const network = (side: number, used: DiffusionPrior | undefined) =>
      estimate(side, { solver: dps, prior: used }) - estimate(side, { solver: dps, prior: undefined });
    // Windows are as short as their number allows, and never longer than a tile with its two halos.
    expect(network(2048, tiles) / network(1024, tiles)).toBeLessThan(1.3);
    expect(network(2048, tiles)).toBeLessThan(network(2048, prior) / 10);
    expect(estimate(512, { solver: wiener })).toBe(estimate(512, { solver: wiener, prior: undefined }));
  });
});

describe('workersWithin', () => {
  const task = { imageShape: at(512), solver: dps, prior, samples: 4 };

  it('gives as many as fit, for each needs what its gradient keeps', () => {
    const of = (workers: number) => estimateMemory({ ...task, workers });
    expect(of(2) - of(1)).toBeGreaterThan(prior.footprint!(512, 512).linearize);
    expect(workersWithin(task, 4, of(3))).toBe(3);
    expect(workersWithin(task, 4, of(3) - 1)).toBe(2);
    expect(workersWithin(task, 4, 1)).toBe(1);
  });

  it('counts samples, or of a picture in tiles its tiles', () => {
    const alone = { ...task, solver: solvers['tweedie'], samples: 0 };
    expect(estimateMemory({ ...alone, workers: 4 })).toBe(estimateMemory(alone));
    const tiles = { ...alone, prior: tiled(prior, { tile: 128 }) };
    expect(estimateMemory({ ...tiles, workers: 4 })).toBeGreaterThan(estimateMemory(tiles));
  });
});

describe('requireMemory', () => {
  it('names the figure, the limit and what helps', () => {
    const task = { imageShape: [3, 3000, 4000], solver: diffpir, prior };
    expect(() => requireMemory(task, 4e9)).toThrow(
      /^an image of 3000×4000 needs about 8\.\d GB of memory, and the limit is 4\.0 GB \(--max-memory raises it\); --tile 512 needs less, and so do fewer samples$/,
    );
    expect(() => requireMemory({ ...task, samples: 1 }, 4e9)).toThrow(/raises it\); --tile 512 needs less$/);
    const inTiles = { ...task, prior: tiled(prior, { tile: 512 }) };
    expect(() => requireMemory(inTiles, 2e9)).toThrow(/; fewer samples need less$/);
    expect(() => requireMemory({ ...inTiles, samples: 1 }, 1e9)).toThrow(/; parts of the image need less/);
    expect(() => requireMemory({ ...task, solver: wiener }, 1e9)).toThrow(/; parts of the image need less/);
    expect(() => requireMemory(task, 1e10)).not.toThrow();
    expect(() => requireMemory(task, 1e10, 5e9)).toThrow(/needs about 13\.\d GB/);
  });

  it('is asked by restore where a limit is given, before the work', async () => {
    const spec = problem('denoise', 'gaussian:sigma=0.1');
    const job = {
      measurement: zeros(at(64)),
      problem: spec,
      prior,
      solver: 'diffpir',
      options: { steps: 2 },
    };
    await expect(restore({ ...job, maxMemory: 1e6 })).rejects.toThrow(
      /64×64 needs about .* the limit is 0\.0 GB/,
    );
    const limited = await restore({ ...job, samples: 1, maxMemory: machineMemory() });
    expect(limited.mean.data).toEqual((await restore({ ...job, samples: 1 })).mean.data);
  });
});
