/** What a schema asks, in words for people: those of the schema library never reach a user. */
import type { z } from 'zod';
import { nearestNames } from './errors.js';

/** A value that is not as its schema wants it, or is not there at all. */
export interface Fault {
  /** Where it stands, outermost first; empty for the whole. */
  readonly path: readonly PropertyKey[];
  /** Nothing stands there. */
  readonly missing: boolean;
  /** What was expected, and what else there is to say; begins with a small letter, ends without a point. */
  readonly expected: string;
  /** The value as a message shows it. */
  readonly found: string;
}

/** The value as its schema makes it, or every fault of it. */
type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly [Fault, ...Fault[]] };

/** Checks a value against its schema. A message that the schema itself holds is kept as it is. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.infer<S>> {
  const parsed = schema.safeParse(value, { error: expectation });
  if (parsed.success) return { ok: true, value: parsed.data };
  const [first, ...rest] = parsed.error.issues.map((issue): Fault => {
    const found = valueAt(value, issue.path);
    return {
      path: issue.path,
      missing: found === undefined,
      expected: issue.message,
      found: shown(found),
    };
  });
  return { ok: false, faults: [first, ...rest] };
}

/** `schedule.kind: expected "ve" or "vp", found 3`, or `it lacks schedule.kind`. */
export function faultInWords({ path, missing, expected, found }: Fault): string {
  if (missing && path.length > 0) return `it lacks ${path.join('.')}: ${expected}`;
  return `${path.join('.') || 'its top'}: ${expected}, found ${found}`;
}

/** What is wrong, from the issue's data alone. Given to every parse, so that it replaces the library's own texts. */
function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[String(issue.expected)] ?? `a value of type ${issue.expected}`}`;
    case 'invalid_value':
      return `expected ${either(issue.values as readonly unknown[])}`;
    case 'too_small':
      return `expected ${bounded(issue, issue.minimum, 'at least', 'more than')}`;
    case 'too_big':
      return `expected ${bounded(issue, issue.maximum, 'at most', 'less than')}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `expected text of the form ${issue.pattern}`
        : `expected text that is ${issue.format}`;
    case 'unrecognized_keys':
      return unknownFields(issue);
    case 'invalid_union':
      return alternatives(issue);
    case 'invalid_key':
      return `expected other names: ${messagesOf(issue.issues)}`;
    case 'invalid_element':
      return `expected other elements: ${messagesOf(issue.issues)}`;
    default:
      return 'expected another value';
  }
}

const TYPES: Readonly<Record<string, string>> = {
  number: 'a finite number',
  int: 'a whole number',
  bigint: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object of fields',
  record: 'an object of fields',
  map: 'a map',
  set: 'a set',
  date: 'a date',
  null: 'null',
  undefined: 'nothing',
  never: 'nothing',
  function: 'a function',
};

/** What the size of each kind of value counts. */
const COUNTED: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'values',
  tuple: 'values',
  set: 'values',
  map: 'entries',
  object: 'fields',
  record: 'fields',
};

function bounded(issue: z.core.$ZodRawIssue, bound: unknown, inclusive: string, strict: string): string {
  const {
    origin,
    exact,
    inclusive: closed,
  } = issue as { origin?: string; exact?: boolean; inclusive?: boolean };
  const counted = COUNTED[origin ?? ''];
  const limit = exact ? 'exactly' : closed === false ? strict : inclusive;
  return `${limit} ${bound}${counted ? ` ${counted}` : ''}`;
}

function unknownFields(issue: z.core.$ZodRawIssue): string {
  const keys = issue.keys as readonly string[];
  const { shape = {} } = (issue.inst as { shape?: object } | undefined) ?? {};
  const nearest = nearestNames(keys[0], Object.keys(shape)).join(', ');
  return `there is no field ${firstOf(keys.map(shown))} here${nearest && `; the nearest are ${nearest}`}`;
}

/** Of a union that is told apart by a field, its values; else what each alternative lacks. */
function alternatives(issue: z.core.$ZodRawIssue): string {
  const { errors = [], options } = issue as {
    readonly errors?: readonly (readonly { readonly message: string }[])[];
    readonly options?: readonly unknown[];
  };
  if (options) return `expected ${either(options)}`;
  const wants = errors.map((faults) => faults[0].message.replace(/^expected /, ''));
  return wants.length > 0 ? `expected ${orOf([...new Set(wants)])}` : 'expected a value of one kind only';
}

function messagesOf(issues: unknown): string {
  return (issues as readonly { readonly message: string }[]).map(({ message }) => message).join('; ');
}

/** The first few of a list, and how many more there are. */
export function firstOf(words: readonly string[], most = 5, between = ', '): string {
  const more = words.length - most;
  return [...words.slice(0, most), ...(more > 0 ? [`and ${more} more`] : [])].join(between);
}

const either = (values: readonly unknown[]): string => orOf(values.map(shown));

function orOf(words: readonly string[]): string {
  if (words.length < 2) return words.join();
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function valueAt(whole: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null)?.[key], whole);
}

/** A value as a message shows it, cut where it is long. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : asJson(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Large integers and circles have no JSON.
    return String(value);
  }
}
