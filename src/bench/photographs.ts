/**
 * Restores photographs whose truth is known: options are chosen on the first so many, in name order, and reported on
 * the others. Baselines are tuned on the same photographs as the solvers. One photograph after the other goes through
 * all solvers, so that what is cut off compares them on the same photographs, and goes on from there.
 */
import { weightsOf } from '../../models/card-file.js';
import { loadPrior } from '../../models/load.js';
import type { Prior } from '../../models/prior.js';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import { chooseSolver, effectiveOptions } from '../../solvers/choose.js';
import { solvers } from '../../solvers/index.js';
import { type FloatArray, mapArray, sameShape } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { psnr } from '../core/metrics.js';
import { restore } from '../restore.js';
import { copyOf } from './copies.js';
import { type Photograph, readPhotographs } from './crops.js';
import { type PhotographScore, score, sheet } from './photograph-score.js';
import type { PhotographsSpec } from './spec.js';

type Options = Readonly<Record<string, unknown>>;
type Grid = Readonly<Record<string, readonly unknown[]>>;

/** One solver on one problem. */
export interface PhotographsRow {
  readonly problem: string;
  readonly noise: string;
  readonly solver: string;
  readonly baseline: boolean;
  /** What was tried for each option, and what of it was chosen; empty where the preset was used. */
  readonly grid: Grid;
  readonly chosen: Options;
  /** Effective: defaults < preset of the problem < what was chosen. */
  readonly options: Options;
  /** Hashes of the prior's files; absent where the solver needs no prior. */
  readonly weights?: readonly string[];
  readonly photographs: readonly PhotographScore[];
}

/** What a run that was cut off, or one of fewer photographs, left behind. */
export interface EarlierRun {
  readonly spec: PhotographsSpec;
  readonly rows: readonly PhotographsRow[];
}

/**
 * All rows so far, again after every photograph of every solver.
 * @param folder holds the photographs.
 * @param say is told of each finished part, one line each.
 * @param look is shown the first photograph from left to right: truth, sample of least misfit, mean; figures alone do
 * not tell what is wrong with a picture.
 * @param earlier what of it is still true is not done again.
 */
export async function* photographsBench(
  spec: PhotographsSpec,
  folder: string,
  say: (line: string) => void,
  look: (row: PhotographsRow, pictures: FloatArray) => Promise<void>,
  signal?: AbortSignal,
  earlier?: EarlierRun,
): AsyncGenerator<readonly PhotographsRow[]> {
  const photographs = await picturesOf(spec, folder);
  const chooseOn = photographs.slice(0, spec.chooseOn);
  const reportOn = photographs.slice(spec.chooseOn).slice(0, spec.limit);
  if (reportOn.length === 0) {
    throw new UsageError(
      `${folder} holds ${photographs.length} photographs, expected more than ${spec.chooseOn}`,
    );
  }
  const reusable = earlier && sameConditions(spec, earlier.spec) ? earlier.rows : [];
  const { threads, workers, device, precision } = spec;
  const prior = await loadPrior(spec.prior, { threads, workers, device, precision });
  const run: Run = { spec, prior, signal };
  const rows: Row[] = [];
  try {
    for (const entry of entries(spec, weightsOf(prior))) {
      const done = reusable.find((row) => sameEntry(row, entry));
      const score = async (options: Options) => {
        let sum = 0;
        for (const photograph of chooseOn)
          sum += (await scoreOne(run, entry, options, photograph)).score.psnr;
        return sum / chooseOn.length;
      };
      const told = (line: string) => say(`${entry.problem} ${entry.solver} ${line}`);
      const chosen = done?.chosen ?? (await choose(entry.grid, score, told));
      const options = effective(entry, chosen, photographs[0]);
      const kept = done && JSON.stringify(done.options) === JSON.stringify(options) ? done.photographs : [];
      rows.push({ ...entry, chosen, options, photographs: [...kept] });
    }
    const finished = () => rows.filter((row) => row.photographs.length > 0);
    for (const photograph of reportOn) {
      for (const row of rows) {
        if (row.photographs.some(({ name }) => name === photograph.name)) continue;
        const { score, pictures } = await scoreOne(run, row, row.chosen, photograph);
        row.photographs.push({ name: photograph.name, ...score });
        say(`${photograph.name} ${row.problem} ${row.solver}: ${score.psnr.toFixed(2)} dB`);
        if (photograph === reportOn[0]) await look(row, pictures);
        yield finished();
      }
    }
    yield finished();
  } finally {
    await prior.close();
  }
}

/** The photographs, or what the prior that the benchmark names makes of them. */
async function picturesOf({ crop, copiedBy, threads }: PhotographsSpec, folder: string) {
  const photographs = await readPhotographs(folder, crop);
  if (copiedBy === undefined) return photographs;
  const prior = await loadPrior(copiedBy, { threads });
  try {
    const copies: Photograph[] = [];
    for (const { name, image } of photographs) {
      const copy = await copyOf(prior, image);
      if (!copy) throw new UsageError(`prior ${copiedBy} has neither codes nor tokens to copy pictures with`);
      copies.push({ name, image: mapArray(copy, (value) => Math.min(Math.max(value, 0), 1)) });
    }
    return copies;
  } finally {
    await prior.close();
  }
}

interface Run {
  readonly spec: PhotographsSpec;
  readonly prior: Prior;
  readonly signal?: AbortSignal;
}

type Entry = Pick<PhotographsRow, 'problem' | 'noise' | 'solver' | 'baseline' | 'grid' | 'weights'>;

/** A row that is being filled. */
type Row = PhotographsRow & { readonly photographs: PhotographScore[] };

function entries({ tasks }: PhotographsSpec, hashes: readonly string[]): Entry[] {
  return tasks.flatMap((task) => {
    const { problem, noise } = task;
    const of = (grids: Readonly<Record<string, Grid>>, baseline: boolean) =>
      Object.entries(grids).map(([solver, grid]) => {
        const weights = solvers[solver]?.needs.prior === 'none' ? undefined : hashes;
        return { problem, noise, solver, baseline, grid, weights };
      });
    return [...of(task.baselines, true), ...of(task.solvers, false)];
  });
}

/**
 * Whether scores of one run are those of the other: all but which solvers, problems and how many photographs; rows
 * know their weights.
 */
function sameConditions(one: PhotographsSpec, other: PhotographsSpec): boolean {
  const conditions = ({ tasks: _, limit: __, ...rest }: PhotographsSpec) => JSON.stringify(rest);
  return conditions(one) === conditions(other);
}

function sameEntry(one: Entry, other: Entry): boolean {
  const key = ({ problem, noise, solver, grid, weights }: Entry) =>
    JSON.stringify([problem, noise, solver, grid, weights]);
  return key(one) === key(other);
}

function effective({ problem: name, noise, solver }: Entry, chosen: Options, { image }: Photograph): Options {
  const bound = bind(problem(name, noise), { imageShape: image.shape });
  return effectiveOptions(chooseSolver(solver, bound), bound, chosen);
}

/** The point of the grid with the highest mean PSNR. */
async function choose(
  grid: Grid,
  score: (options: Options) => Promise<number>,
  say: (line: string) => void,
): Promise<Options> {
  const candidates = product(grid);
  if (candidates.length === 1) return candidates[0];
  let best: { options: Options; psnr: number } | undefined;
  for (const options of candidates) {
    const value = await score(options);
    say(`${JSON.stringify(options)} ${value.toFixed(2)} dB`);
    if (best === undefined || value > best.psnr) best = { options, psnr: value };
  }
  return best!.options;
}

function product(grid: Grid): Options[] {
  let points: Options[] = [{}];
  for (const [key, values] of Object.entries(grid)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [key]: value })));
  }
  return points;
}

async function scoreOne(
  { spec: { samples, seed }, prior, signal }: Run,
  { problem: name, noise, solver }: Entry,
  options: Options,
  { image }: Photograph,
): Promise<{ score: Omit<PhotographScore, 'name'>; pictures: FloatArray }> {
  const bound = bind(problem(name, noise), { imageShape: image.shape });
  const measurement = await measure(bound, image, seed);
  const job = { measurement, problem: bound, prior, solver, options, samples, seed, signal };
  const posterior = await restore(job);
  const truth = bound.report(image);
  const copy = solvers[solver]?.needs.prior === 'none' ? undefined : await copyOf(prior, image);
  const copied = copy && psnr(bound.report(copy), truth);
  const ceiling = copied === Number.POSITIVE_INFINITY ? undefined : copied;
  const { observed, outputShape } = bound.operator;
  const holes = sameShape(outputShape, truth.shape) ? observed : undefined;
  return { score: { ...score(posterior, truth, holes), ceiling }, pictures: sheet(posterior, truth) };
}
