import { expect, it } from 'vitest';
import { conditioned } from '../../models/conditioned.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { LatentPrior } from '../../models/prior.js';
import { UsageError } from '../../src/core/errors.js';

const plain = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0], covariance: 1 }]));
const told: unknown[] = [];
const latent: LatentPrior = {
  kind: 'latent',
  name: 'codes',
  channels: 1,
  downsampling: 1,
  codes: plain,
  decode: async (code) => code,
  condition: async (...given) => {
    told.push(given);
    return { ...latent, name: 'told' };
  },
  close: async () => {},
};

it('a prior is itself without a text, and is told the text and how strongly where there is one', async () => {
  expect(await conditioned(plain, {})).toBe(plain);
  expect(await conditioned(latent, {})).toBe(latent);
  expect(told).toEqual([]);
  expect((await conditioned(latent, { prompt: 'a cat' })).name).toBe('told');
  await conditioned(latent, { prompt: 'a cat', guidance: 3 });
  await conditioned(latent, { guidance: 0 });
  expect(told).toEqual([
    ['a cat', { guidance: undefined }],
    ['a cat', { guidance: 3 }],
    ['', { guidance: 0 }],
  ]);
});

it('a prior that takes no text says so, whatever is given', async () => {
  const { condition: _, ...wordless } = latent;
  for (const prior of [plain, wordless]) {
    for (const text of [{ prompt: 'a cat' }, { prompt: '' }, { guidance: 2 }]) {
      await expect(conditioned(prior, text)).rejects.toThrow(UsageError);
      await expect(conditioned(prior, text)).rejects.toThrow(
        `prior ${prior.name} takes no text, so neither prompt nor guidance can be given`,
      );
    }
  }
});
