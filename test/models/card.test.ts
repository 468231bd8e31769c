import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { diffusionCard, latentCard } from '../../models/card.js';

const weights = new URL('../../models/weights/', import.meta.url);
const cards = readdirSync(weights, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => JSON.parse(readFileSync(new URL(`${name}/card.json`, weights), 'utf8')));
const photo = cards.find(({ name }) => name === 'photo');

describe('the schema of cards', () => {
  it('takes those of the shipped priors', () => {
    for (const card of cards) {
      if (card.kind === 'diffusion') expect(diffusionCard.safeParse(card).error).toBeUndefined();
      if (card.kind === 'latent') expect(latentCard.safeParse(card).error).toBeUndefined();
    }
  });

  it.each<[string, object]>([
    ['a hash that is none', { model: { path: 'model.onnx', sha256: 'abc' } }],
    ['a range of σ that falls', { sigmaRange: [80, 0.01] }],
    ['no channels', { channels: 0 }],
    ['a field that there is not', { chanels: 3 }],
    ['a size multiple beyond all use', { sizeMultiple: 4096 }],
    ['v under a schedule that has none', { parametrisation: 'v', schedule: { kind: 've' } }],
    [
      'a table with a step of no noise',
      { schedule: { kind: 'vp', table: { kind: 'betas', values: [0, 0.1] } } },
    ],
  ])('refuses %s', (_, change) => {
    expect(diffusionCard.safeParse({ ...photo, ...change }).success).toBe(false);
  });
});
