import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesOf, parseCard, parseJson, requiredFields, weightsOf } from '../../models/card-file.js';
import type { Prior } from '../../models/prior.js';

const shipped = (name: string) =>
  readFileSync(new URL(`../../models/weights/${name}/card.json`, import.meta.url), 'utf8');

describe('a card', () => {
  it('of a shipped prior names its files, by whose hashes results tell what made them', () => {
    const card = parseCard(shipped('photo-small'), 'card.json');
    const hashes = filesOf(card).map(({ sha256 }) => sha256);
    expect(filesOf(card).map(({ path }) => path)).toEqual(['model.onnx', 'last-layer.npy']);
    // What was measured of a network does not change what it answers.
    expect(weightsOf({ card } as Prior)).toEqual(hashes.slice(0, 1));
    expect(filesOf(parseCard(shipped('photo-latent'), 'card.json')).length).toBe(3);
  });

  it('that lacks fields is refused with all of them; that has wrong ones, too', () => {
    const { model, sigmaRange, ...rest } = JSON.parse(shipped('photo-small'));
    expect(() => parseCard(JSON.stringify(rest), 'my.json')).toThrow(
      /^my\.json is no model card: it lacks .*model.*sigmaRange/,
    );
    const wrong = JSON.stringify({ ...rest, model, sigmaRange, channels: 0 });
    expect(() => parseCard(wrong, 'my.json')).toThrow(/my\.json is no model card: .*channels/);
  });

  it('of another kind is refused with the kinds that there are', () => {
    expect(() => parseCard('{"kind":"gan"}', 'my.json')).toThrow(
      'its kind is "gan"; expected diffusion or latent',
    );
    expect(() => parseCard('{}', 'my.json')).toThrow('it names no kind');
    expect(() => parseCard('{"kind":"gan"}', 'my.json')).toThrow('its kind is "gan"');
  });
});

it('a file is an object of fields, in JSON', () => {
  expect(parseJson('{"a":1}', 'a.json')).toEqual({ a: 1 });
  expect(() => parseJson('{', 'a.json')).toThrow('a.json is no JSON');
  expect(() => parseJson('7', 'a.json')).toThrow('a.json holds 7; expected an object of fields.');
});

it('a prior in closed form goes by its name, and no prior at all by none', () => {
  expect(weightsOf({ name: 'mixture' } as Prior)).toEqual(['mixture']);
  expect(weightsOf(undefined)).toEqual(['none']);
});

it('what a card must say is told with its meaning', () => {
  for (const field of ['model', 'inputs', 'parametrisation', 'schedule', 'sigmaRange']) {
    expect(requiredFields()).toContain(field);
  }
});
