/** Options that are set by name, against their schema. */
import type { z } from 'zod';
import { UsageError, unknownName } from './errors.js';
import { describeOptions } from './option-help.js';
import { check, type Fault } from './schema-words.js';

/**
 * Every option's effective value: what is set, else the schema's default.
 * @param whose what messages call it: "solver dps".
 * @throws UsageError that names the option, what was found and what was expected.
 */
export function parseOptions<S extends z.ZodObject>(
  schema: S,
  whose: string,
  set: Readonly<Record<string, unknown>>,
): z.infer<S> {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(set)) {
    if (known.includes(key)) continue;
    throw known.length > 0
      ? unknownName(`option of ${whose}`, key, known)
      : new UsageError(`${whose} has no options, but ${key} is given`);
  }
  const checked = check(schema, set);
  if (checked.ok) return checked.value;
  throw new UsageError(optionFault(schema, whose, checked.faults[0]));
}

/** `hadamard needs fraction: …, 0 < fraction ≤ 1`, or `option fraction of hadamard: expected …, found 2`. */
function optionFault(schema: z.ZodObject, whose: string, fault: Fault): string {
  const [key, ...inner] = fault.path.map(String);
  const option = describeOptions(schema).find(({ name }) => name === key);
  if (option === undefined) return `options of ${whose}: ${fault.expected}`;
  const range = option.range?.replaceAll('<=', '≤').replace('x', () => key);
  if (fault.missing && inner.length === 0)
    return `${whose} needs ${key}: ${[option.help || option.type, range].filter(Boolean).join(', ')}`;
  const expected =
    range && inner.length === 0 ? `expected ${NUMBERS[option.type] ?? 'a number'}, ${range}` : fault.expected;
  const help = option.help && ` (${option.help})`;
  return `option ${[key, ...inner].join('.')} of ${whose}: ${expected}${help}, found ${fault.found}`;
}

const NUMBERS: Readonly<Record<string, string>> = { integer: 'a whole number', number: 'a number' };
