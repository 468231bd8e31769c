/**
 * Restores photographs whose truth is known: options are chosen on the first so many, in name order, and reported
 * on the others. Baselines are tuned on the same photographs as the solvers.
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
import { type Posterior, restore } from '../restore.js';
import type { PhotographsSpec } from './spec.js';
import { markdownTable, mean } from './table.js';

type Options = Readonly<Record<string, unknown>>;

/** One solver on one problem, averaged over the photographs reported on. */
export interface PhotographsRow {
  readonly problem: string;
  readonly noise: string;
  readonly solver: string;
  readonly baseline: boolean;
  /** What the grid chose; empty where the preset was used. */
  readonly chosen: Options;
  readonly photographs: readonly PhotographScore[];
}

export interface PhotographScore {
  readonly name: string;
  /** dB, of the mean of the samples, clipped to [0, 1]. */
  readonly psnr: number;
  readonly ssim: number;
  /** dB, average over the samples one by one. */
  readonly samplePsnr: number;
  readonly misfit: number;
  /** Share of the true values inside the 90 % interval; absent where there is no uncertainty. */
  readonly coverage?: number;
  readonly networkEvaluations: number;
  readonly vjps: number;
  readonly seconds: number;
}

interface Photograph {
  readonly name: string;
  readonly image: FloatArray;
}

/**
 * Rows as they are finished.
 * @param folder holds the photographs.
 * @param say is told of each finished part, one line each.
 */
export async function* photographsBench(
  spec: PhotographsSpec,
  folder: string,
  say: (line: string) => void,
  signal?: AbortSignal,
): AsyncGenerator<PhotographsRow> {
  const photographs = await readPhotographs(folder, spec.crop);
  const chooseOn = photographs.slice(0, spec.chooseOn);
  const reportOn = photographs.slice(spec.chooseOn).slice(0, spec.limit);
  if (reportOn.length === 0) {
    throw new UsageError(
      `${folder} holds ${photographs.length} photographs, expected more than ${spec.chooseOn}`,
    );
  }
  const prior = await loadPrior(spec.prior, { threads: spec.threads });
  try {
    for (const { problem, noise, baselines, solvers } of spec.tasks) {
      const entries = [
        ...Object.entries(baselines).map((entry) => ({ entry, baseline: true })),
        ...Object.entries(solvers).map((entry) => ({ entry, baseline: false })),
      ];
      for (const { entry, baseline } of entries) {
        const [solver, grid] = entry;
        const score = (options: Options, on: readonly Photograph[]) =>
          scoreAll(spec, { problem, noise, solver, options, prior, signal }, on);
        const chosen = await choose(
          grid,
          (options) => score(options, chooseOn),
          (line) => say(`${problem} ${solver} ${line}`),
        );
        const scores = await score(chosen, reportOn);
        say(`${problem} ${solver}: ${mean(scores.map((p) => p.psnr)).toFixed(2)} dB`);
        yield { problem, noise, solver, baseline, chosen, photographs: scores };
      }
    }
  } finally {
    await prior.close();
  }
}

/** The point of the grid with the highest mean PSNR. */
async function choose(
  grid: Readonly<Record<string, readonly unknown[]>>,
  score: (options: Options) => Promise<PhotographScore[]>,
  say: (line: string) => void,
): Promise<Options> {
  const candidates = product(grid);
  if (candidates.length === 1) return candidates[0];
  let best: { options: Options; psnr: number } | undefined;
  for (const options of candidates) {
    const value = mean((await score(options)).map((photograph) => photograph.psnr));
    say(`${JSON.stringify(options)} ${value.toFixed(2)} dB`);
    if (best === undefined || value > best.psnr) best = { options, psnr: value };
  }
  return best!.options;
}

function product(grid: Readonly<Record<string, readonly unknown[]>>): Options[] {
  let points: Options[] = [{}];
  for (const [key, values] of Object.entries(grid)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [key]: value })));
  }
  return points;
}

interface Trial {
  readonly problem: string;
  readonly noise: string;
  readonly solver: string;
  readonly options: Options;
  readonly prior: Prior;
  readonly signal?: AbortSignal;
}

async function scoreAll(
  { samples, seed }: PhotographsSpec,
  trial: Trial,
  photographs: readonly Photograph[],
): Promise<PhotographScore[]> {
  const scores: PhotographScore[] = [];
  for (const { name, image } of photographs) {
    const bound = bind(problem(trial.problem, trial.noise), { imageShape: image.shape });
    const measurement = await measure(bound, image, seed);
    const { solver, options, prior, signal } = trial;
    const job = { measurement, problem: bound, prior, solver, options, samples, seed, signal };
    scores.push({ name, ...score(await restore(job), bound.report(image)) });
  }
  return scores;
}

function score(posterior: Posterior, truth: FloatArray): Omit<PhotographScore, 'name'> {
  const clip = (x: FloatArray) => mapArray(x, (value) => Math.min(Math.max(value, 0), 1));
  const estimate = clip(posterior.mean);
  const { lower, upper, networkEvaluations, vjps, seconds } = posterior;
  return {
    psnr: psnr(estimate, truth),
    ssim: ssim(estimate, truth),
    samplePsnr: mean(posterior.samples.map((sample) => psnr(clip(sample), truth))),
    misfit: mean(posterior.misfit),
    coverage: lower && upper && posterior.calibrated ? coverage(truth, lower, upper) : undefined,
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

export function photographsTable(rows: readonly PhotographsRow[]): string {
  return markdownTable(
    [
      'problem',
      'noise',
      'solver',
      'PSNR dB',
      'gain dB',
      'SSIM',
      'one sample dB',
      'misfit',
      '90 % holds',
      'runs',
      'VJPs',
      's',
    ],
    rows.map((row) => {
      const average = (of: (p: PhotographScore) => number) => mean(row.photographs.map(of));
      const holds = row.photographs.every((p) => p.coverage !== undefined);
      return [
        row.problem,
        row.noise,
        row.baseline ? `${row.solver} (baseline)` : row.solver,
        average((p) => p.psnr).toFixed(2),
        row.baseline ? '–' : (average((p) => p.psnr) - bestBaseline(rows, row)).toFixed(2),
        average((p) => p.ssim).toFixed(3),
        average((p) => p.samplePsnr).toFixed(2),
        average((p) => p.misfit).toFixed(2),
        holds ? `${(100 * average((p) => p.coverage!)).toFixed(0)} %` : '–',
        average((p) => p.networkEvaluations).toFixed(0),
        average((p) => p.vjps).toFixed(0),
        average((p) => p.seconds).toFixed(1),
      ];
    }),
  );
}

/** The mean PSNR of the better baseline of the same problem and noise. */
function bestBaseline(rows: readonly PhotographsRow[], of: PhotographsRow): number {
  const baselines = rows.filter(
    (row) => row.baseline && row.problem === of.problem && row.noise === of.noise,
  );
  return Math.max(...baselines.map((row) => mean(row.photographs.map((p) => p.psnr))));
}
