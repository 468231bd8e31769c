/** Options of operators and noises against their schemas, with errors that a person can act on. */
import type { z } from 'zod';
import { unknownName } from '../src/core/errors.js';
import { parseOptions } from '../src/core/options.js';
import { aliases } from './aliases.js';
import type { Options } from './family.js';
import type { Term } from './problem.js';

interface Family {
  readonly options: z.ZodObject;
}

/** The family a term names. @throws UsageError with the nearest names. */
export function familyOf<F extends Family>(kind: string, table: Readonly<Record<string, F>>, term: Term): F {
  if (!Object.hasOwn(table, term.name)) {
    const others = kind === 'problem' ? Object.keys(aliases) : [];
    throw unknownName(kind, term.name, [...Object.keys(table), ...others]);
  }
  return table[term.name];
}

/** Every option's effective value. @throws UsageError that names the option, what was found and what is expected. */
export function optionsOf({ options: schema }: Family, { name, options }: Term): Options {
  return parseOptions(schema, name, options);
}
