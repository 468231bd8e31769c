/** Model cards with fields that are missing, of another kind, far too large or too deep: a card or a sentence. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../models/card-file.js';
import { damaged, expectSentence, parameters, strangeValues, tally } from './damage.js';

const { count, print } = tally('cards');
afterAll(print);

const texts = ['photo-small', 'photo-latent'].map((name) =>
  readFileSync(`models/weights/${name}/card.json`, 'utf8'),
);

/** Every place in a JSON value. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && by === undefined) delete copy[key];
  else copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const strange = fc.oneof(
  strangeValues,
  fc.constantFrom<unknown>('diffusion', 'latent', 'masked', 'vp', 'flow', [1e9, 1e9], [[[[1]]]], {
    kind: 'vp',
  }),
  fc.jsonValue({ maxDepth: 4 }),
);

const changed = fc.constantFrom(...texts).chain((text) => {
  const card: unknown = JSON.parse(text);
  const change = fc.tuple(fc.constantFrom(...pathsOf(card)), strange);
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    let result = card;
    for (const [path, by] of changes) {
      try {
        result = replaced(result, path, by);
      } catch {
        // An earlier change took the place away.
      }
    }
    return JSON.stringify(result) ?? '';
  });
});

function tried(text: string) {
  try {
    parseCard(text, 'folder/card.json');
    count('read');
  } catch (error) {
    expectSentence(error);
    expect((error as Error).message).toContain('folder/card.json');
    count('refused');
  }
}

describe('a card', () => {
  it('with strange fields is read or refused in a sentence', () => {
    fc.assert(fc.property(changed, tried), parameters(150));
  });

  it('that was damaged is read or refused in a sentence', () => {
    const files = texts.map((text) => Buffer.from(text));
    fc.assert(
      fc.property(damaged(files), (bytes) => tried(Buffer.from(bytes).toString())),
      parameters(100),
    );
  });
});
