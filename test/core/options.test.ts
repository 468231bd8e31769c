import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { noises, operators } from '../../problems/index.js';
import { solvers } from '../../solvers/index.js';
import { parseOptions } from '../../src/core/options.js';

const schema = z.strictObject({
  fraction: z.number().gt(0).max(1).describe('measured values per pixel'),
  seed: z.int().min(0).default(0),
  box: z.tuple([z.int(), z.int()]).optional().describe('top:left'),
});
const parse = (given: Record<string, unknown>) => parseOptions(schema, 'hadamard', given);

it('what is not given has its default', () => {
  expect(parse({ fraction: 0.5 })).toEqual({ fraction: 0.5, seed: 0 });
  expect(parse({ fraction: 0.5, seed: 3 })).toEqual({ fraction: 0.5, seed: 3 });
});

describe('a message names the option, what was expected and what was found', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['missing', {}, 'hadamard needs fraction: measured values per pixel, 0 < fraction ≤ 1'],
    [
      'out of range',
      { fraction: 2 },
      'option fraction of hadamard: expected a number, 0 < fraction ≤ 1 (measured values per pixel), found 2',
    ],
    [
      'no help',
      { fraction: 1, seed: 0.5 },
      'option seed of hadamard: expected a whole number, 0 ≤ seed, found 0.5',
    ],
    [
      'inside a list',
      { fraction: 1, box: [1, 'a'] },
      'option box.1 of hadamard: expected a finite number (top:left), found "a"',
    ],
    [
      'unknown',
      { fracton: 1 },
      'there is no option of hadamard "fracton"; the nearest are fraction, box, seed',
    ],
  ])('%s', (_, set, message) => {
    expect(() => parse(set)).toThrow(message);
  });

  it('that is missing, by its type where it has no help', () => {
    const bare = z.strictObject({ steps: z.int().min(1), name: z.string() });
    expect(() => parseOptions(bare, 'own', { name: 'a' })).toThrow('own needs steps: integer, 1 ≤ steps');
    expect(() => parseOptions(bare, 'own', { steps: 1 })).toThrow(/^own needs name: string$/);
  });

  it('what is missing or out of range within an option, by its place', () => {
    const inner = z.strictObject({
      window: z.object({ top: z.int(), size: z.int().min(1) }).describe('what is seen'),
      levels: z.array(z.number().min(0)),
    });
    const whole = { window: { top: 0, size: 1 }, levels: [] };
    expect(() => parseOptions(inner, 'own', { ...whole, window: { top: 0 } })).toThrow(
      /^option window\.size of own: expected a finite number \(what is seen\), found nothing$/,
    );
    expect(() => parseOptions(inner, 'own', { ...whole, levels: [0, -1] })).toThrow(
      /^option levels\.1 of own: expected at least 0, found -1$/,
    );
  });

  it('options that do not go together, as the schema says it', () => {
    const pair = z
      .strictObject({ low: z.number(), high: z.number() })
      .refine(({ low, high }) => low < high, 'expected low below high');
    expect(parseOptions(pair, 'own', { low: 0, high: 1 })).toEqual({ low: 0, high: 1 });
    expect(() => parseOptions(pair, 'own', { low: 1, high: 0 })).toThrow(
      /^options of own: expected low below high$/,
    );
  });

  it('values that JSON has no word for', () => {
    expect(() => parse({ fraction: 1n })).toThrow(/fraction of hadamard: expected a number, .*, found 1$/);
  });

  it('where there are no options at all', () => {
    expect(() => parseOptions(z.strictObject({}), 'denoise', { a: 1 })).toThrow(
      'denoise has no options, but a is given',
    );
  });
});

it('no option of any problem, noise or solver answers in words of the schema library', () => {
  const tables = { ...operators, ...noises, ...solvers };
  for (const { name, options } of Object.values(tables)) {
    for (const key of Object.keys(options.shape)) {
      for (const wrong of [undefined, Symbol.iterator, {}, -1e9, 'no such']) {
        try {
          parseOptions(options, name, { [key]: wrong });
        } catch (error) {
          expect((error as Error).message).toMatch(/expected|needs/);
          expect((error as Error).message).not.toMatch(/Invalid|received|Too (small|big)|undefined/);
        }
      }
    }
  }
});
