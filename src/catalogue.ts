/** What there is to choose from, and how each thing's options are to be set; all from the tables themselves. */
import { z } from 'zod';
import type { Card } from '../models/card.js';
import { listPriors } from '../models/load.js';
import { noises, operators } from '../problems/index.js';
import { solvers } from '../solvers/index.js';
import type { Needs, Solver } from '../solvers/solver.js';
import { unknownName } from './core/errors.js';

export const kinds = ['problems', 'noises', 'solvers', 'priors'] as const;

export type Kind = (typeof kinds)[number];

export interface Entry {
  readonly name: string;
  readonly summary: string;
}

export interface OptionDescription {
  readonly name: string;
  /** One line, with the unit. */
  readonly help: string;
  /** `number`, `integer`, `boolean`, `string`, or the choices there are. */
  readonly type: string;
  /** `0 < x <= 1`, where there are bounds. */
  readonly range?: string;
  /** JSON; absent where the option has none. */
  readonly default?: unknown;
}

export interface Description extends Entry {
  readonly kind: 'problem' | 'noise' | 'solver' | 'prior';
  readonly options: readonly OptionDescription[];
  /** JSON schema of the options. */
  readonly schema?: object;
  /** Of solvers: what they ask of the task, and options by problem. */
  readonly needs?: Needs;
  readonly presets?: Solver['presets'];
  readonly calibrated?: boolean;
  /** Of priors. */
  readonly card?: Card;
}

/** Everything of a kind, in alphabetical order. */
export async function list(kind: Kind): Promise<Entry[]> {
  const tables = { problems: operators, noises, solvers };
  const found: readonly Entry[] = kind === 'priors' ? await listPriors() : Object.values(tables[kind]);
  return found.map(({ name, summary }) => ({ name, summary })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws UsageError with the nearest names where nothing is called so. */
export async function describe(name: string): Promise<Description> {
  if (Object.hasOwn(operators, name)) return withOptions('problem', operators[name]);
  if (Object.hasOwn(noises, name)) return withOptions('noise', noises[name]);
  if (Object.hasOwn(solvers, name)) {
    const { needs, presets, calibrated } = solvers[name];
    return { ...withOptions('solver', solvers[name]), needs, presets, calibrated };
  }
  const cards = await listPriors();
  const card = cards.find((candidate) => candidate.name === name);
  if (card) return { kind: 'prior', name, summary: card.summary, options: [], card };
  const known = [operators, noises, solvers].flatMap((table) => Object.keys(table));
  const kind = 'problem, noise, solver or prior';
  throw unknownName(kind, name, [...known, ...cards.map((candidate) => candidate.name)]);
}

function withOptions(
  kind: Description['kind'],
  { name, summary, options }: Entry & { readonly options: z.ZodObject },
): Description {
  const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  const properties = Object.entries(schema.properties ?? {}) as [string, JsonProperty][];
  return { kind, name, summary, options: properties.map(describeOption), schema };
}

/** What is read of a JSON schema. */
interface JsonProperty {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonProperty[];
  readonly items?: JsonProperty;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

function describeOption([name, property]: [string, JsonProperty]): OptionDescription {
  return {
    name,
    help: property.description ?? '',
    type: typeOf(property),
    range: rangeOf(property),
    default: property.default,
  };
}

function typeOf(property: JsonProperty): string {
  if (property.const !== undefined) return String(property.const);
  if (property.enum) return property.enum.join(' | ');
  if (property.anyOf) return property.anyOf.map(typeOf).join(' | ');
  if (property.type === 'array') return `list of ${property.items ? typeOf(property.items) : 'values'}`;
  return property.type ?? 'value';
}

/** Bounds that JSON schema adds to every integer say nothing. */
function rangeOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonProperty): string | undefined {
  const said = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const low = said(minimum) ? `${minimum} <= ` : said(exclusiveMinimum) ? `${exclusiveMinimum} < ` : '';
  const high = said(maximum) ? ` <= ${maximum}` : said(exclusiveMaximum) ? ` < ${exclusiveMaximum}` : '';
  return low || high ? `${low}x${high}` : undefined;
}
