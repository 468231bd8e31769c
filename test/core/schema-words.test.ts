import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check, faultInWords, firstOf, shown } from '../../src/core/schema-words.js';

/** Words that only the schema library uses. */
const FOREIGN =
  /invalid|received|too (small|big)|unrecognized|safeint|discriminator|\bnan\b.*expected number/i;

function words(schema: z.ZodType, given: unknown): string {
  const checked = check(schema, given);
  if (checked.ok) throw new Error('nothing is wrong with it');
  return checked.faults.map(faultInWords).join('; ');
}

describe('every kind of issue, in plain words', () => {
  const mapValue = z.map(z.object({}), z.number());
  it.each<[string, z.ZodType, unknown, string]>([
    ['invalid_type', z.number(), 'x', 'its top: expected a finite number, found "x"'],
    ['invalid_type, a field', z.object({ a: z.boolean() }), { a: 1 }, 'a: expected true or false, found 1'],
    ['invalid_type, missing', z.object({ a: z.string() }), {}, 'it lacks a: expected text'],
    ['invalid_type, not finite', z.number(), Number.NaN, 'its top: expected a finite number, found NaN'],
    ['invalid_type, whole', z.int(), 0.5, 'its top: expected a whole number, found 0.5'],
    ['invalid_type, nothing', z.never(), 1, 'its top: expected nothing, found 1'],
    ['invalid_type, another', z.symbol(), 1, 'its top: expected a value of type symbol, found 1'],
    ['invalid_value, one', z.literal('ve'), 'vp', 'its top: expected "ve", found "vp"'],
    ['invalid_value, several', z.enum(['a', 'b', 'c']), 'd', 'its top: expected "a", "b" or "c", found "d"'],
    ['too_small', z.number().min(1), 0, 'its top: expected at least 1, found 0'],
    ['too_small, strict', z.number().gt(0), 0, 'its top: expected more than 0, found 0'],
    ['too_big', z.number().max(1), 2, 'its top: expected at most 1, found 2'],
    ['too_big, strict', z.number().lt(1), 1, 'its top: expected less than 1, found 1'],
    ['too_small, text', z.string().min(2), 'a', 'its top: expected at least 2 characters, found "a"'],
    ['too_small, list', z.array(z.number()).length(2), [1], 'its top: expected exactly 2 values, found [1]'],
    ['too_big, tuple', z.tuple([z.int()]), [1, 2], 'its top: expected at most 1 values, found [1,2]'],
    ['not_multiple_of', z.int().multipleOf(8), 9, 'its top: expected a multiple of 8, found 9'],
    ['invalid_format', z.string().regex(/^a/), 'b', 'its top: expected text of the form /^a/, found "b"'],
    ['invalid_format, known', z.email(), 'b', 'its top: expected text that is email, found "b"'],
    [
      'unrecognized_keys',
      z.strictObject({ sigma: z.number() }),
      { sigma: 1, sigmo: 2 },
      'its top: there is no field "sigmo" here; the nearest are sigma, found {"sigma":1,"sigmo":2}',
    ],
    [
      'invalid_union',
      z.union([z.number(), z.array(z.number())]),
      'x',
      'its top: expected a finite number or a list, found "x"',
    ],
    [
      'invalid_union, told apart',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('p') }), z.object({ kind: z.literal('q') })]),
      { kind: 'r' },
      'kind: expected "p" or "q", found "r"',
    ],
    [
      'invalid_union, too many',
      z.xor([z.number(), z.int()]),
      1,
      'its top: expected a value of one kind only, found 1',
    ],
    [
      'invalid_key',
      z.record(z.string().regex(/^k/, 'expected a k first'), z.number()),
      { a: 1 },
      'a: expected other names: expected a k first, found 1',
    ],
    ['missing, the whole', z.number(), undefined, 'its top: expected a finite number, found nothing'],
    [
      'too_small, fields',
      z.record(z.string(), z.int()).refine(() => true),
      1,
      'expected an object of fields',
    ],
    ['too_small, set', z.set(z.int()).min(2), new Set([1]), 'its top: expected at least 2 values, found {}'],
    [
      'unrecognized_keys, of none',
      z.strictObject({}),
      { a: 1 },
      'its top: there is no field "a" here, found',
    ],
    [
      'invalid_union, alike',
      z.union([z.number(), z.number().min(1)]),
      'x',
      'its top: expected a finite number, found "x"',
    ],
    [
      'invalid_union, three',
      z.union([z.number(), z.boolean(), z.array(z.int())]),
      'x',
      'its top: expected a finite number, true or false or a list, found "x"',
    ],
    ['invalid_element', mapValue, new Map([[{}, 'x']]), 'expected other elements: expected a finite number'],
    ['custom', z.number().refine(() => false), 1, 'its top: expected another value, found 1'],
    [
      'custom, with words',
      z.number().refine(() => false, 'expected an odd number'),
      4,
      'its top: expected an odd number, found 4',
    ],
  ])('%s', (_, schema, given, message) => {
    expect(words(schema, given)).toContain(message);
    expect(words(schema, given)).not.toMatch(FOREIGN);
  });

  it('says where inside, and cuts what is long', () => {
    const schema = z.object({ list: z.array(z.object({ a: z.number() })) });
    expect(words(schema, { list: [{ a: 1 }, { a: 'y'.repeat(200) }] })).toMatch(
      /^list\.1\.a: expected a finite number, found "y{79}…$/,
    );
  });

  it('names a few of many unknown fields', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`field ${i}`, i]));
    expect(words(z.strictObject({ a: z.number().optional() }), many)).toContain(
      'there is no field "field 0", "field 1", "field 2", "field 3", "field 4", and 2995 more here',
    );
  });
});

it('is the value that the schema makes where nothing is wrong, and every fault where more is', () => {
  const schema = z.object({ a: z.number(), b: z.int().default(2) });
  expect(check(schema, { a: 1 })).toEqual({ ok: true, value: { a: 1, b: 2 } });
  expect(words(schema, { a: 'x', b: 0.5 })).toBe(
    'a: expected a finite number, found "x"; b: expected a whole number, found 0.5',
  );
});

describe('shown', () => {
  it('is what stands in JSON, or what comes nearest where JSON has no word for it', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(
      [undefined, null, Number.NaN, -Infinity, 'a', [1, { b: null }], 10n, [10n], Symbol('s'), circle].map(
        shown,
      ),
    ).toEqual([
      ...['nothing', 'null', 'NaN', '-Infinity', '"a"', '[1,{"b":null}]'],
      ...['10', '10', 'Symbol(s)', '[object Object]'],
    ]);
  });

  it('is cut after eighty characters', () => {
    expect(shown('y'.repeat(78))).toBe(`"${'y'.repeat(78)}"`);
    expect(shown('y'.repeat(79))).toBe(`"${'y'.repeat(79)}…`);
  });
});

describe('firstOf', () => {
  it('is the whole of a short list, and says how much of a long one is left', () => {
    expect(firstOf(['a', 'b'], 2)).toBe('a, b');
    expect(firstOf(['a', 'b', 'c'], 2, '; ')).toBe('a; b; and 1 more');
    expect(firstOf([])).toBe('');
  });
});
