/** What is told of a prior that does not quite fit. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../models/prior.js';
import { bind, problem } from '../../problems/bind.js';
import { priorDoubts } from '../../src/jobs/prior-doubts.js';

const prior = (change: Partial<DiffusionPrior>): DiffusionPrior => ({
  ...{ kind: 'diffusion', name: 'net', channels: 3, sigmaRange: [0.002, 1], sizeMultiple: 1 },
  denoise: async (x) => x,
  close: async () => {},
  ...change,
});

const bound = (noise: string, of = 'denoise') => bind(problem(of, noise), { imageShape: [3, 24, 24] });

describe('doubts about a prior', () => {
  it('are none of one that takes any size and knows the noise', () => {
    expect(priorDoubts(prior({}), bound('gaussian:sigma=1/255'))).toEqual([]);
    expect(priorDoubts(prior({ fixedSize: [24, 24] }), bound('gaussian:sigma=1/255'))).toEqual([]);
  });

  it.each([
    [[16, 32], 'is seen in parts, between which seams may show'],
    [[32, 16], 'is seen in parts, between which seams may show'],
    [[32, 32], 'is mirrored out to it'],
  ] as const)('name a network that takes %j only', ([height, width], how) => {
    const message = `net takes images of ${height}×${width} only: this one of 24×24 ${how}`;
    const found = priorDoubts(prior({ fixedSize: [height, width] }), bound('gaussian:sigma=0.1'));
    expect(found).toEqual([{ code: 'fixed-size', message }]);
  });

  it('name noise that is well below what a denoiser knows', () => {
    const denoiser = prior({ sigmaRange: [25 / 255, 25 / 255] });
    expect(priorDoubts(denoiser, bound('gaussian:sigma=5/255'))).toEqual([
      {
        code: 'noise-below-prior',
        message:
          'the noise is 5.0/255, and net knows none below 25.0/255: the estimate may be too smooth; try another --prior',
      },
    ]);
    expect(priorDoubts(denoiser, bound('gaussian:sigma=20/255'))).toEqual([]);
    // Of other noises no one level can be compared.
    expect(priorDoubts(denoiser, bound('poisson:gain=1/500'))).toEqual([]);
  });
});
