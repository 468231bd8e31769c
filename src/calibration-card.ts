/** What a calibration was fitted on, what it promises, and of which restorations that may be said. */
import { z } from 'zod';
import type { ProblemSpec } from '../problems/problem.js';
import { outlierAmong } from './core/between.js';
import { UsageError } from './core/errors.js';
import { type PromiseKind, promises } from './core/interval-calibration.js';
import { check, faultInWords } from './core/schema-words.js';

const table = z.array(z.array(z.number().positive()).min(1)).min(1);
const tables = z.strictObject({ measured: table.optional(), holes: table.optional() });
const groups = z.strictObject({ spread: z.array(z.number()).min(1), brightness: z.array(z.number()).min(1) });
const range = z.tuple([z.number(), z.number()]);
const share = z.number().gt(0).lt(1);
const plainObject = z.record(z.string(), z.unknown());

const level = z.strictObject({
  level: share.describe('of the interval'),
  factors: tables.describe('half-width over predicted spread, by group'),
  offsets: z
    .strictObject({
      average: z.number().positive(),
      risk: z.number().positive().optional(),
      images: z.number().positive().optional(),
    })
    .describe('what multiplies the factors, by promise'),
  atLeast: share.or(z.literal(0)).describe('what `average` holds on average, with confidence'),
  held: range.describe('of the images of the offsets: least and mean share of pixels that `average` held'),
  width: z.number().describe('mean width of the `average` interval'),
});

const cardSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal('calibration'),
  of: z.string().describe('what the images were, in words'),
  solver: z.string(),
  solverVersion: z.string().optional(),
  weights: z.array(z.string()).describe('SHA-256 of the files of the prior'),
  samples: z.int().min(0),
  options: z.array(plainObject).min(1).describe('effective options of the solver, of each problem'),
  problems: z.array(plainObject).min(1).describe('problem specs that the images were measured by'),
  files: z.record(z.string(), z.string()).describe('SHA-256 of files that the problems name'),
  hashes: z.array(z.string()).describe('SHA-256 of the images’ files'),
  images: z.strictObject({ factors: z.int(), offsets: z.int() }),
  share: share.describe('of images, for the promise `images`'),
  confidence: share,
  ranges: z.strictObject({ misfit: range, spread: range }).describe('least and largest of the images'),
  grouping: z.strictObject({ measured: groups.optional(), holes: groups.optional() }),
  levels: z.array(level).min(1),
});

/** What `retrodict calibrate` writes. */
export type CalibrationCard = z.infer<typeof cardSchema>;

/** @param source names the file. @throws UsageError that names it and what is wrong in it. */
export function checkCalibrationCard(content: unknown, source: string): CalibrationCard {
  const checked = check(cardSchema, content);
  if (!checked.ok)
    throw new UsageError(`${source} is no calibration card: ${faultInWords(checked.faults[0])}`);
  const damage = damageOf(checked.value);
  if (damage === undefined) return checked.value;
  throw new UsageError(`${source} is a damaged calibration card: ${damage}; fit it again`);
}

/** Parts that do not fit one another, of which intervals would be made all the same. */
function damageOf({ grouping, levels }: CalibrationCard): string | undefined {
  if (!grouping.measured) return 'its grouping has no measured pixels';
  const ascending = (values: readonly number[]) => values.every((value, k) => !(value <= values[k - 1]));
  if (!ascending(levels.map((one) => one.level))) return 'its levels do not ascend';
  for (const part of ['measured', 'holes'] as const) {
    const groups = grouping[part];
    const [rows, columns] = [groups?.spread.length ?? 0, groups?.brightness.length ?? 0];
    if (groups && !(ascending(groups.spread) && ascending(groups.brightness)))
      return `grouping.${part} does not ascend`;
    for (const { level: of, factors } of levels) {
      const table = factors[part] ?? [];
      if (table.length === rows && table.every((row) => row.length === columns)) continue;
      return `factors.${part} of level ${of} are not ${rows}×${columns}, as its grouping is`;
    }
  }
  return undefined;
}

/** A restoration as far as a calibration depends on it. */
export interface Restoration {
  readonly solver: string;
  readonly solverVersion?: string;
  readonly weights: readonly string[];
  readonly samples: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly problem: ProblemSpec;
  readonly files: Readonly<Record<string, string>>;
}

/** Why the card says nothing of this restoration, as the end of a sentence; undefined where it does. */
export function unfitFor(card: CalibrationCard, asked: Restoration): string | undefined {
  const of = (what: string, had: unknown, found: unknown) =>
    `it was made for ${what} ${words(had)}, and this is ${words(found)}`;
  if (card.solver !== asked.solver) return of('solver', card.solver, asked.solver);
  if (card.solverVersion !== asked.solverVersion) return 'it was made for another version of the solver';
  if (words(card.weights) !== words(asked.weights)) return 'it was made for a prior of other weights';
  if (card.samples !== asked.samples) return of('--samples', card.samples, asked.samples);
  if (words(card.files) !== words(asked.files)) return 'it was made for other files of the problem';
  const named = (spec: ProblemSpec) => spec.operators.map(({ name }) => name).join('+');
  const specs = card.problems as unknown as ProblemSpec[];
  if (!specs.some((spec) => named(spec) === named(asked.problem))) {
    return of('the problem', named(specs[0]), named(asked.problem));
  }
  const outlier =
    outlierAmong(card.problems, asked.problem, 'problem') ??
    outlierAmong(card.options, asked.options, 'option');
  if (outlier === undefined) return undefined;
  return of(outlier.path, betweenWords(outlier.examples), outlier.found);
}

function betweenWords(examples: readonly unknown[]): unknown {
  const numbers = examples.filter((example) => typeof example === 'number');
  if (numbers.length === 0) return examples[0];
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? low : `from ${words(low)} to ${words(high)}`;
}

function words(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}

type LevelOf = CalibrationCard['levels'][number];

/** @throws UsageError where the card has no such level, or does not promise this of it. */
export function levelOf(card: CalibrationCard, level: number, promise: PromiseKind, source: string): LevelOf {
  const found = card.levels.find((one) => Math.abs(one.level - level) < 1e-9);
  if (found === undefined) {
    const held = card.levels.map((one) => one.level).join(', ');
    throw new UsageError(`${source} holds the levels ${held}, not --level ${level}`);
  }
  if (found.offsets[promise] !== undefined) return found;
  const able = promises.filter((kind) => found.offsets[kind] !== undefined).join(', ');
  throw new UsageError(`${source} promises ${able} at level ${level}, not --promise ${promise}`);
}

const percent = (value: number) => `${Number((100 * value).toFixed(1))} %`;

/** What the interval promises, in one sentence. */
export function promiseInWords(card: CalibrationCard, level: number, promise: PromiseKind): string {
  const { of, share: ofImages, confidence, images } = card;
  const like = `for images and measurements like the ${images.factors + images.offsets} it was fitted on (${of})`;
  const sure = `with confidence ${percent(confidence)}`;
  switch (promise) {
    case 'average': {
      const { atLeast } = levelOf(card, level, promise, 'the card');
      return `${percent(level)} of the pixels on average over images, and ${sure} at least ${percent(atLeast)}, ${like}`;
    }
    case 'risk':
      return `at least ${percent(level)} of the pixels on average over images, ${sure}, ${like}`;
    case 'images':
      return `at least ${percent(level)} of the pixels in ${percent(ofImages)} of the images, ${sure}, ${like}`;
  }
}
