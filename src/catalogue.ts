/** What there is to choose from, and how each thing's options are to be set; all from the tables themselves. */
import type { z } from 'zod';
import type { Card } from '../models/card.js';
import { listPriors } from '../models/load.js';
import { noises, operators } from '../problems/index.js';
import { solvers } from '../solvers/index.js';
import type { Needs, Solver } from '../solvers/solver.js';
import { requireText } from './core/arguments.js';
import { unknownName } from './core/errors.js';
import { describeOptions, jsonSchemaOf, type OptionDescription } from './core/option-help.js';

/**
 * What there is to list.
 * @example
 * ```ts
 * import { kinds, list } from 'retrodict';
 *
 * for (const kind of kinds) console.log(kind, (await list(kind)).length);
 * ```
 */
export const kinds = ['problems', 'noises', 'solvers', 'priors'] as const;

/** A kind of thing that `list` takes. */
export type Kind = (typeof kinds)[number];

/** A name and what it stands for. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  /** Of solvers: false for methods that optimise rather than sample, whose spread is no uncertainty. */
  readonly samplesPosterior?: boolean;
}

/** All that is known of a name: its options, and of solvers needs and presets, of priors the card. */
export interface Description extends Entry {
  readonly kind: 'problem' | 'noise' | 'solver' | 'prior';
  readonly options: readonly OptionDescription[];
  /** JSON schema of the options. */
  readonly schema?: object;
  /** Of solvers: what they ask of the task, and options by problem. */
  readonly needs?: Needs;
  readonly presets?: Solver['presets'];
  /** Of priors. */
  readonly card?: Card;
}

/**
 * Everything of a kind, in alphabetical order.
 * @example
 * ```ts
 * import { list } from 'retrodict';
 *
 * console.log(await list('noises'));
 * ```
 */
export async function list(kind: Kind): Promise<Entry[]> {
  requireText(kind, `one of ${kinds.join(', ')}`);
  if (!kinds.includes(kind)) throw unknownName('kind of thing', String(kind), kinds);
  const tables = { problems: operators, noises, solvers };
  const found: readonly Entry[] = kind === 'priors' ? await listPriors() : Object.values(tables[kind]);
  return found
    .map(({ name, summary, samplesPosterior }) => ({ name, summary, samplesPosterior }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What a problem, a noise, a solver or a prior is, and the options that it takes.
 * @throws UsageError with the nearest names where nothing is called so.
 * @example
 * ```ts
 * import { describe } from 'retrodict';
 *
 * const { options } = await describe('diffpir');
 * for (const { name, help, range } of options) console.log(name, help, range);
 * ```
 */
export async function describe(name: string): Promise<Description> {
  requireText(name, 'the name of a problem, noise, solver or prior');
  if (Object.hasOwn(operators, name)) return withOptions('problem', operators[name]);
  if (Object.hasOwn(noises, name)) return withOptions('noise', noises[name]);
  if (Object.hasOwn(solvers, name)) {
    const { needs, presets, samplesPosterior } = solvers[name];
    return { ...withOptions('solver', solvers[name]), needs, presets, samplesPosterior };
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
  return { kind, name, summary, options: describeOptions(options), schema: jsonSchemaOf(options) };
}
