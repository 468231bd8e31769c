/**
 * Problem specs as text (ARCHITECTURE.md §5): SPEC = TERM {+ TERM}, TERM = NAME[:KEY=VALUE{,KEY=VALUE}].
 *
 * A `+` separates where a name follows; only a term's first `:` is structural; a key alone means true; numbers may be
 * quotients (25/255); lists of numbers use `:` (16:16:64:64); a value that has a `,`, or that would else read as
 * something it is not, is a JSON string.
 */
import { z } from 'zod';
import { UsageError } from '../src/core/errors.js';
import { check, faultInWords } from '../src/core/schema-words.js';
import { aliases } from './aliases.js';
import type { ProblemSpec, Term } from './problem.js';

const SEPARATOR = /\+(?=[a-z][a-z0-9-]*(?:[:+]|$))/;
const NAME = /^[a-z][a-z0-9-]*$/;
/** Of operators in a problem; light meets a few. */
const MOST_TERMS = 64;
const KEY = /^[A-Za-z][A-Za-z0-9_-]*$/;
const DECIMAL = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const NUMBER = new RegExp(`^(${DECIMAL})(?:/(${DECIMAL}))?$`, 'i');

/** @throws UsageError in one sentence that quotes what cannot be read. */
export function parseProblem(text: string): ProblemSpec {
  const terms = text.trim().split(SEPARATOR);
  if (terms.length > MOST_TERMS) {
    throw new UsageError(`the problem has ${terms.length} operators, expected at most ${MOST_TERMS}`);
  }
  return { operators: terms.map(parseTerm).map(byItsName) };
}

/** A problem by the name that the table has for it: `upscale:factor=2` is restored as `downsample:factor=2`. */
function byItsName(term: Term): Term {
  return Object.hasOwn(aliases, term.name) ? { ...term, name: aliases[term.name] } : term;
}

/**
 * A noise: a term, or a number alone, which is the standard deviation of Gaussian noise: below 1 in [0, 1] image
 * units, from 1 on in levels of 255. `25`, `25/255` and `gaussian:sigma=25/255` are the same.
 * @throws UsageError in one sentence that quotes what cannot be read.
 */
export function parseNoise(text: string): Term {
  const number = parseNumber(text);
  if (number === undefined) return parseTerm(text);
  return { name: 'gaussian', options: { sigma: number >= 1 ? number / 255 : number } };
}

/** One NAME:KEY=VALUE,… such as a noise. @throws UsageError */
export function parseTerm(text: string): Term {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!NAME.test(name)) {
    throw new UsageError(`"${text}" does not begin with a name, such as gaussian-blur:sigma=1.6`);
  }
  if (colon < 0) return { name, options: {} };
  const options: Record<string, unknown> = {};
  for (const part of splitOptions(text.slice(colon + 1))) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    if (!KEY.test(key)) {
      throw new UsageError(`"${part}" in "${text}" is not KEY=VALUE`);
    }
    if (Object.hasOwn(options, key)) throw new UsageError(`option ${key} is given twice in "${text}"`);
    options[key] = equals < 0 ? true : parseValue(part.slice(equals + 1), text);
  }
  return { name, options };
}

/** Text that `parseProblem` reads as the same operators; the noise is a term of its own. */
export function formatProblem(spec: ProblemSpec): string {
  return spec.operators.map(formatTerm).join('+');
}

export function formatTerm({ name, options }: Term): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => (value === true ? key : `${key}=${formatValue(value)}`));
  return parts.length === 0 ? name : `${name}:${parts.join(',')}`;
}

const termSchema = z.strictObject({
  name: z.string().regex(NAME, 'expected a name, such as gaussian-blur'),
  options: z.record(z.string(), z.unknown()).default({}),
});

const problemSchema = z.strictObject({
  operators: z.array(termSchema).min(1).max(MOST_TERMS),
  noise: termSchema.optional(),
});

/**
 * Reads the JSON form: { operators: [{ name, options }], noise? }.
 * @param json what JSON.parse gave.
 * @throws UsageError that says where it is not a problem.
 */
export function problemFromJson(json: unknown): ProblemSpec {
  const checked = check(problemSchema, json);
  if (checked.ok) return checked.value;
  throw new UsageError(`the problem is not valid: ${faultInWords(checked.faults[0])}`);
}

/** Splits at commas outside JSON strings. */
function splitOptions(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^,])+/g) ?? [''];
}

function parseValue(text: string, context: string): unknown {
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text);
    } catch {
      throw new UsageError(`${text} in "${context}" begins like a JSON string but is none`);
    }
  }
  if (text === 'true') return true;
  if (text === 'false') return false;
  const numbers = text.split(':').map(parseNumber);
  if (numbers.some((number) => number === undefined)) return text;
  return numbers.length === 1 ? numbers[0] : numbers;
}

function parseNumber(text: string): number | undefined {
  const [, numerator, denominator = '1'] = NUMBER.exec(text) ?? [];
  const value = Number(numerator) / Number(denominator);
  return Number.isFinite(value) ? value : undefined;
}

function formatValue(value: unknown): string {
  if (typeof value === 'number' || value === false) return String(value);
  if (Array.isArray(value)) return value.map(String).join(':');
  const text = String(value);
  const plain = !/["+,]/.test(text) && parseValue(text, text) === text;
  // A `+` is escaped so that it can never separate terms.
  return plain ? text : JSON.stringify(text).replaceAll('+', '\\u002b');
}
