import { expect, it } from 'vitest';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { descriptionOf, diffusionPrior, type Prior } from '../../models/prior.js';

const prior = mixturePrior(
  new GaussianMixture([{ weight: 1, mean: new Float64Array(4), covariance: 1 }]),
  [1, 2, 2],
);

it('a description has all of a prior but its network', () => {
  const { denoise, linearize, ...rest } = prior;
  const description = descriptionOf(prior);
  expect(Object.keys(description)).not.toContain('denoise');
  for (const key of ['kind', 'name', 'channels', 'sigmaRange', 'sizeMultiple'] as const) {
    expect(description[key]).toEqual(rest[key]);
  }
  expect([denoise, linearize].every((method) => typeof method === 'function')).toBe(true);
});

it('only a diffusion prior passes for one', () => {
  expect(diffusionPrior(prior)).toBe(prior);
  const latent = { kind: 'latent', name: 'codes' } as Prior;
  expect(() => diffusionPrior(latent)).toThrow(
    'expected a prior of kind diffusion, but codes is of kind latent',
  );
});
