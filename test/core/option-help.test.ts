import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions, jsonSchemaOf } from '../../src/core/option-help.js';

const describeOne = (schema: z.ZodType) => describeOptions(z.strictObject({ option: schema }))[0];

describe('describeOptions', () => {
  it('says name, help and default of every option, in their order', () => {
    const schema = z.strictObject({
      sigma: z.number().describe('level, in [0, 1] units'),
      seed: z.int().default(0),
      mode: z.string().optional(),
    });
    expect(describeOptions(schema)).toEqual([
      { name: 'sigma', help: 'level, in [0, 1] units', type: 'number' },
      { name: 'seed', help: '', type: 'integer', default: 0 },
      { name: 'mode', help: '', type: 'string' },
    ]);
    expect(describeOptions(z.strictObject({}))).toEqual([]);
  });

  it.each<[string, z.ZodType]>([
    ['number', z.number()],
    ['integer', z.int()],
    ['boolean', z.boolean()],
    ['string', z.string()],
    ['uniform | quadratic', z.enum(['uniform', 'quadratic'])],
    ['ve', z.literal('ve')],
    ['0', z.literal(0)],
    ['false', z.literal(false)],
    ['number | boolean', z.union([z.number(), z.boolean()])],
    ['integer | auto', z.union([z.int(), z.literal('auto')])],
    ['list of integer', z.array(z.int())],
    ['list of number | string', z.array(z.union([z.number(), z.string()]))],
    ['list of values', z.tuple([z.int(), z.int()])],
    ['value', z.any()],
  ])('knows the type %s', (type, schema) => {
    expect(describeOne(schema).type).toBe(type);
  });

  it.each<[string | undefined, z.ZodType]>([
    ['0 <= x', z.number().min(0)],
    ['0 < x', z.number().gt(0)],
    ['x <= 1', z.number().max(1)],
    ['x < 1', z.number().lt(1)],
    ['0 < x <= 1', z.number().gt(0).max(1)],
    ['-1 <= x < 1', z.number().min(-1).lt(1)],
    ['1 <= x', z.int().min(1)],
    ['x <= 10', z.int().max(10)],
    ['3 <= x <= 3', z.int().min(3).max(3)],
    // Those that every integer has say nothing.
    [undefined, z.int()],
    [undefined, z.number()],
    [undefined, z.string().min(2)],
    [undefined, z.boolean()],
  ])('says the range %s', (range, schema) => {
    expect(describeOne(schema).range).toBe(range);
  });
});

it('the JSON schema is of what a user gives: an option with a default may be left out', () => {
  const schema = jsonSchemaOf(z.strictObject({ a: z.number(), b: z.number().default(1) }));
  expect(schema.required).toEqual(['a']);
  // What JSON has no word for is any value, no error.
  expect(jsonSchemaOf(z.strictObject({ a: z.custom() })).properties).toEqual({ a: {} });
});
