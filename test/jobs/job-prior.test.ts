import { describe, expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { deviceMade, loadedPrior, SHIPPED_FOR } from '../../src/jobs/job-prior.js';

const prior = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: new Float64Array(4), covariance: 1 }]),
  [1, 2, 2],
);

describe('the prior of a job', () => {
  it('is the one that is given, or loaded by its name, of the kind that the name stands for', async () => {
    expect(await loadedPrior(prior, {})).toBe(prior);
    const loaded = await loadedPrior('photo-small', { threads: 1 });
    expect(loaded).toMatchObject({ kind: 'diffusion', name: 'photo-small' });
    await loaded.close();
  });

  it('must take a text where there is one', async () => {
    await expect(loadedPrior(prior, {}, { prompt: 'a street' })).rejects.toThrow('prompt');
    await expect(loadedPrior('photo-small', { threads: 1 }, { prompt: 'a street' })).rejects.toThrow(
      'prompt',
    );
  });

  it.each(Object.entries(SHIPPED_FOR))('of kind %s is %s unless another is named', async (kind, name) => {
    const loaded = await loadedPrior(name, { threads: 1 });
    expect(loaded.kind).toBe(kind);
    await loaded.close();
  });
});

it('the manifest names a device that changes bits, and no other', () => {
  const unsaid = [undefined, 'auto', 'cpu'] as const;
  expect(unsaid.map((device) => deviceMade({ device }))).toEqual([undefined, undefined, undefined]);
  expect(deviceMade({ device: 'webgpu' })).toEqual({ name: 'webgpu', type: 'float32' });
  expect(deviceMade({ device: 'cuda', precision: 'fp16' })).toEqual({ name: 'cuda', type: 'float16' });
  expect(deviceMade({ precision: 'fp16' })).toEqual({ name: 'cpu', type: 'float16' });
});
