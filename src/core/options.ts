/** Options that a user sets by name, against their schema. */
import type { z } from 'zod';
import { UsageError, unknownName } from './errors.js';

/**
 * Schema defaults < preset < what the user sets.
 * @param whose what messages call it: "solver dps".
 * @throws UsageError that names the option, what was found and what was expected.
 */
export function parseOptions<S extends z.ZodObject>(
  schema: S,
  whose: string,
  set: Readonly<Record<string, unknown>>,
  preset: Readonly<Record<string, unknown>> = {},
): z.infer<S> {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(set)) {
    if (!known.includes(key)) throw unknownName(`option of ${whose}`, key, known);
  }
  const parsed = schema.safeParse({ ...preset, ...set });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue.path[0]);
  throw new UsageError(`option ${key} of ${whose}: ${issue.message}, found ${JSON.stringify(set[key])}`);
}
