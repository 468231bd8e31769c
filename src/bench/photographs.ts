/**
 * Restores photographs whose truth is known: options are chosen on the first so many, in name order, and reported
 * on the others. Baselines are tuned on the same photographs as the solvers. One photograph after the other goes through all
 * solvers, so that what is cut off compares them on the same photographs, and goes on from there.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPrior } from '../../models/load.js';
import type { Prior } from '../../models/prior.js';
import { bind } from '../../problems/index.js';
import { type FloatArray, mapArray, zeros } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { psnr, ssim } from '../core/metrics.js';
import { decodePicture } from '../io/picture.js';
import { measure } from '../measure.js';
import { problem } from '../problem.js';
import { chooseSolver, effectiveOptions, type Posterior, restore } from '../restore.js';
import type { PhotographsSpec } from './spec.js';
import { mean } from './table.js';

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
  readonly photographs: readonly PhotographScore[];
}

export interface PhotographScore {
  readonly name: string;
  /** dB, of the mean of the samples, clipped to [0, 1]. */
  readonly psnr: number;
  readonly ssim: number;
  /** dB, average over the samples one by one. */
  readonly samplePsnr: number;
  readonly sampleSsim: number;
  readonly misfit: number;
  /** Share of the true values inside the 90 % interval, whatever the solver says of it; absent for a single image. */
  readonly coverage?: number;
  /** How many there are; evaluations, VJPs and seconds are for all of them. */
  readonly samples: number;
  readonly networkEvaluations: number;
  readonly vjps: number;
  readonly seconds: number;
}

interface Photograph {
  readonly name: string;
  readonly image: FloatArray;
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
 * @param earlier what of it is still true is not done again.
 */
export async function* photographsBench(
  spec: PhotographsSpec,
  folder: string,
  say: (line: string) => void,
  signal?: AbortSignal,
  earlier?: EarlierRun,
): AsyncGenerator<readonly PhotographsRow[]> {
  const photographs = await readPhotographs(folder, spec.crop);
  const chooseOn = photographs.slice(0, spec.chooseOn);
  const reportOn = photographs.slice(spec.chooseOn).slice(0, spec.limit);
  if (reportOn.length === 0) {
    throw new UsageError(
      `${folder} holds ${photographs.length} photographs, expected more than ${spec.chooseOn}`,
    );
  }
  const reusable = earlier && sameConditions(spec, earlier.spec) ? earlier.rows : [];
  const prior = await loadPrior(spec.prior, { threads: spec.threads });
  const run: Run = { spec, prior, signal };
  const rows: Row[] = [];
  try {
    for (const entry of entries(spec)) {
      const done = reusable.find((row) => sameEntry(row, entry));
      const score = async (options: Options) => {
        let sum = 0;
        for (const photograph of chooseOn) sum += (await scoreOne(run, entry, options, photograph)).psnr;
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
        const scored = await scoreOne(run, row, row.chosen, photograph);
        row.photographs.push(scored);
        say(`${photograph.name} ${row.problem} ${row.solver}: ${scored.psnr.toFixed(2)} dB`);
        yield finished();
      }
    }
    yield finished();
  } finally {
    await prior.close();
  }
}

interface Run {
  readonly spec: PhotographsSpec;
  readonly prior: Prior;
  readonly signal?: AbortSignal;
}

type Entry = Pick<PhotographsRow, 'problem' | 'noise' | 'solver' | 'baseline' | 'grid'>;

/** A row that is being filled. */
type Row = PhotographsRow & { readonly photographs: PhotographScore[] };

function entries({ tasks }: PhotographsSpec): Entry[] {
  return tasks.flatMap(({ problem, noise, baselines, solvers }) => {
    const of = (grids: Readonly<Record<string, Grid>>, baseline: boolean) =>
      Object.entries(grids).map(([solver, grid]) => ({ problem, noise, solver, baseline, grid }));
    return [...of(baselines, true), ...of(solvers, false)];
  });
}

/** Whether scores of one run are those of the other: all but which solvers, problems and how many photographs. */
function sameConditions(one: PhotographsSpec, other: PhotographsSpec): boolean {
  const conditions = ({ tasks: _, limit: __, ...rest }: PhotographsSpec) => JSON.stringify(rest);
  return conditions(one) === conditions(other);
}

function sameEntry(one: Entry, other: Entry): boolean {
  const key = ({ problem, noise, solver, grid }: Entry) => JSON.stringify([problem, noise, solver, grid]);
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
  photograph: Photograph,
): Promise<PhotographScore> {
  const { image } = photograph;
  const bound = bind(problem(name, noise), { imageShape: image.shape });
  const measurement = await measure(bound, image, seed);
  const job = { measurement, problem: bound, prior, solver, options, samples, seed, signal };
  return { name: photograph.name, ...score(await restore(job), bound.report(image)) };
}

function score(posterior: Posterior, truth: FloatArray): Omit<PhotographScore, 'name'> {
  const clip = (x: FloatArray) => mapArray(x, (value) => Math.min(Math.max(value, 0), 1));
  const estimate = clip(posterior.mean);
  const samples = posterior.samples.map(clip);
  const { lower, upper, networkEvaluations, vjps, seconds } = posterior;
  return {
    psnr: psnr(estimate, truth),
    ssim: ssim(estimate, truth),
    samplePsnr: mean(samples.map((sample) => psnr(sample, truth))),
    sampleSsim: mean(samples.map((sample) => ssim(sample, truth))),
    misfit: mean(posterior.misfit),
    coverage: lower && upper ? coverage(truth, lower, upper) : undefined,
    samples: samples.length,
    networkEvaluations,
    vjps,
    seconds,
  };
}

function coverage(truth: FloatArray, lower: FloatArray, upper: FloatArray): number {
  let inside = 0;
  for (let i = 0; i < truth.data.length; i++) {
    if (truth.data[i] >= lower.data[i] && truth.data[i] <= upper.data[i]) inside++;
  }
  return inside / truth.data.length;
}

async function readPhotographs(folder: string, side: number): Promise<Photograph[]> {
  const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|tiff?|webp)$/i.test(name)).sort();
  const photographs: Photograph[] = [];
  for (const name of names) {
    const { image } = await decodePicture(await readFile(join(folder, name)), name);
    photographs.push({ name, image: centreCrop(image, side, name) });
  }
  return photographs;
}

function centreCrop(image: FloatArray, side: number, name: string): FloatArray {
  const [channels, height, width] = image.shape;
  if (Math.min(height, width) < side) {
    throw new UsageError(`${name} is ${width}×${height} px, too small for a crop of ${side}×${side}`);
  }
  const out = zeros([channels, side, side]);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  for (let row = 0; row < channels * side; row++) {
    const from = (Math.floor(row / side) * height + top + (row % side)) * width + left;
    out.data.set(image.data.subarray(from, from + side), row * side);
  }
  return out;
}
