import { expect, it } from 'vitest';
import { aliases } from '../../problems/aliases.js';
import { parseProblem } from '../../problems/spec.js';
import { operators } from '../../problems/tables.js';

it.each(Object.entries(aliases))(
  '%s means %s, which is in the table and is no alias itself',
  (typed, meant) => {
    expect(Object.hasOwn(operators, meant)).toBe(true);
    expect(Object.hasOwn(operators, typed)).toBe(false);
    expect(parseProblem(typed)).toEqual(parseProblem(meant));
  },
);
