/** How much work gets done in a second with so many workers, of one picture and of a folder: ratios within one run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPrior } from '../../models/load.js';
import { type DiffusionPrior, diffusionPrior } from '../../models/prior.js';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import { writePicture } from '../io/picture-file.js';
import { restoreFolder } from '../jobs/restore-folder.js';
import { restore } from '../restore.js';
import type { ThroughputSpec } from './spec.js';
import { markdownTable, median } from './table.js';
import { testCard } from './test-card.js';

type Run = ThroughputSpec['runs'][number];

/** Medians over the rounds. */
interface ThroughputRow extends Run {
  /** Of samples of one picture, and of pictures of a folder; absent where the machine has not the cores. */
  readonly samplesPerSecond?: number;
  readonly picturesPerSecond?: number;
  /** Over the first row, within each round. */
  readonly samplesGain?: number;
  readonly picturesGain?: number;
}

/** What one run did in one round. */
interface Timed {
  readonly samples: number;
  readonly pictures: number;
}

/** @param say is told of each round. */
export async function throughputBench(
  spec: ThroughputSpec,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<ThroughputRow[]> {
  const runs = spec.runs.filter(({ workers, threads = 1 }) => workers * threads <= availableParallelism());
  const folder = await mkdtemp(join(tmpdir(), 'retrodict-bench-'));
  try {
    await writePictures(folder, spec);
    const rounds: Timed[][] = [];
    // The runs of a round follow one another, so that what else the machine does falls on all of them alike.
    for (let round = 0; round < spec.rounds; round++) {
      const timed: Timed[] = [];
      for (const run of runs) timed.push(await timeRun(run, spec, join(folder, 'pictures'), folder, signal));
      rounds.push(timed);
      say(`round ${round + 1} of ${spec.rounds}`);
    }
    const typical = (run: number, value: (timed: Timed, first: Timed) => number) =>
      median(rounds.map((timed) => value(timed[run], timed[0])));
    const measured = runs.map((run, i) => ({
      ...run,
      samplesPerSecond: typical(i, ({ samples }) => samples),
      picturesPerSecond: typical(i, ({ pictures }) => pictures),
      samplesGain: typical(i, ({ samples }, first) => samples / first.samples),
      picturesGain: typical(i, ({ pictures }, first) => pictures / first.pictures),
    }));
    return spec.runs.map((run) => measured[runs.indexOf(run)] ?? run);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writePictures(folder: string, { size, pictures }: ThroughputSpec): Promise<void> {
  const image = testCard([3, ...size]);
  for (let k = 0; k < pictures; k++) await writePicture(join(folder, 'pictures', `${k}.png`), image);
}

async function timeRun(
  { workers, threads }: Run,
  spec: ThroughputSpec,
  pictures: string,
  folder: string,
  signal?: AbortSignal,
): Promise<Timed> {
  const prior = diffusionPrior(await loadPrior(spec.prior, { workers, threads, signal }));
  try {
    const draw = await drawing(prior, spec, signal);
    const restoring = () => restorePictures(prior, spec, pictures, folder, signal);
    // Opens the graphs in every worker.
    await draw(1);
    const samples = (1000 * spec.samples) / (await milliseconds(() => draw(spec.steps)));
    return { samples, pictures: (1000 * spec.pictures) / (await milliseconds(restoring)) };
  } finally {
    await prior.close();
  }
}

/** DPS of one picture. */
async function drawing(prior: DiffusionPrior, spec: ThroughputSpec, signal?: AbortSignal) {
  const image = testCard([prior.channels, ...spec.size]);
  const bound = bind(problem(spec.problem, spec.noise), { imageShape: image.shape });
  const measurement = await measure(bound, image);
  const { samples } = spec;
  return (steps: number) =>
    restore({ measurement, problem: bound, prior, solver: 'dps', samples, options: { steps }, signal });
}

/** A folder of pictures, as many samples of each. */
async function restorePictures(
  prior: DiffusionPrior,
  { problem: operators, noise, steps, samples }: ThroughputSpec,
  pictures: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const out = join(folder, 'restored');
  const spec = problem(operators, noise);
  const job = { spec, prior, solver: 'diffpir', options: { steps }, samples, signal };
  const { failed } = await restoreFolder({ ...job, inputs: [pictures], out });
  await rm(out, { recursive: true, force: true });
  if (failed > 0) throw new Error(`${failed} pictures of the benchmark could not be restored`);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function throughputTable(rows: readonly ThroughputRow[]): string {
  const times = (gain: number | undefined) => (gain === undefined ? '–' : `${gain.toFixed(2)} ×`);
  return markdownTable(
    ['workers', 'threads of each', 'samples/s', 'over the first', 'pictures/s', 'over the first', ''],
    rows.map((row) => [
      row.workers,
      row.threads ?? 'as it is',
      row.samplesPerSecond?.toFixed(3) ?? '–',
      times(row.samplesGain),
      row.picturesPerSecond?.toFixed(3) ?? '–',
      times(row.picturesGain),
      row.samplesPerSecond === undefined ? 'not on this machine: it has not the cores' : '',
    ]),
  );
}
