/** Options of operators and noises against their schemas, with errors that a person can act on. */
import type { z } from 'zod';
import { UsageError, unknownName } from '../src/core/errors.js';
import type { Options } from './family.js';
import type { Term } from './problem.js';

interface Family {
  readonly options: z.ZodObject;
}

/** The family a term names. @throws UsageError with the nearest names. */
export function familyOf<F extends Family>(kind: string, table: Readonly<Record<string, F>>, term: Term): F {
  if (!Object.hasOwn(table, term.name)) throw unknownName(kind, term.name, Object.keys(table));
  return table[term.name];
}

/** Every option's effective value. @throws UsageError that names the option, what was found and what is expected. */
export function effectiveOptions({ options: schema }: Family, { name, options }: Term): Options {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw known.length > 0
      ? unknownName(`option of ${name}`, key, known)
      : new UsageError(`${name} has no options, but ${key} is given`);
  }
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue.path[0]);
  const meaning = (schema.shape[key] as z.ZodType | undefined)?.description;
  const found = options[key] === undefined ? 'is missing' : `is ${JSON.stringify(options[key])}`;
  throw new UsageError(`${name}:${key} ${found}: ${issue.message}${meaning ? ` (${meaning})` : ''}`);
}
