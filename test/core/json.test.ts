/** JSON of strangers. */
import { expect, it } from 'vitest';
import { parseJson, parsePythonJson } from '../../src/core/json.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

it('is read as JSON.parse reads it', () => {
  const text = '{"a": [1, {"b": "[[{\\"\\\\"}], "\\\\": null, "]": "}"}';
  expect(parseJson(text)).toEqual(JSON.parse(text));
  expect(parseJson(nested(100))).toEqual(JSON.parse(nested(100)));
  expect(() => parseJson('{"a"')).toThrow(SyntaxError);
  expect(() => parseJson('"open')).toThrow(SyntaxError);
});

it('that is none is told in one line', () => {
  expect(() => parseJson('\n\n\nz\n\n{"a":\n1}')).toThrow(/^Unexpected token 'z', [^\n]*$/);
});

it('is refused where it is nested beyond use, however long, and brackets within strings do not count', () => {
  expect(() => parseJson(nested(101))).toThrow('it is nested more than 100 levels deep');
  expect(() => parseJson('{"a":'.repeat(200_000))).toThrow('nested');
  expect(parseJson(JSON.stringify(nested(101)))).toBe(nested(101));
  expect(parseJson('[[],[],'.repeat(50) + '[]' + ']'.repeat(50))).toHaveLength(3);
});

it('of Python has null for its numbers that are none, but not within strings, however long those are', () => {
  const text = '{"a": -Infinity, "b": [NaN, Infinity, -1], "NaN": "-Infinity", "c": "\\"NaN"}';
  expect(parsePythonJson(text)).toEqual({ a: null, b: [null, null, -1], NaN: '-Infinity', c: '"NaN' });
  const long = 'NaN'.repeat(4_000_000);
  expect(parsePythonJson(JSON.stringify([long]))).toEqual([long]);
});
