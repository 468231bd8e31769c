/** The folder job (ARCHITECTURE.md §5): every file restored, written whole or not at all, resumed where it stopped. */
import type { Cap } from '../../models/cap.js';
import type { Text } from '../../models/conditioned.js';
import type { LoadOptions } from '../../models/load.js';
import type { Prior } from '../../models/prior.js';
import { notesOf } from '../../problems/bind.js';
import { operators } from '../../problems/index.js';
import type { ProblemSpec } from '../../problems/problem.js';
import type { Solver } from '../../solvers/solver.js';
import { requireJob } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import type { PromiseKind } from '../core/interval-calibration.js';
import type { Levels } from '../core/levels.js';
import { defaults } from '../defaults.js';
import type { Progress } from '../draw-samples.js';
import type { PictureLimits } from '../io/picture.js';
import { type Item, walk } from '../io/walk.js';
import type { SampleRange } from '../sample-range.js';
import { isOpen } from './diagnosis.js';
import type { Doubt } from './doubts.js';
import { eachItem } from './each-item.js';
import type { NoiseReport } from './estimated-noise.js';
import { openJob } from './open-job.js';
import { type PageRange, pagesAsked } from './pages.js';
import { nameOfRange } from './range-file.js';
import type { RestoredLine } from './restore-item.js';
import { type AskedFormat, type Estimate, possibleEndings } from './results.js';
import { requireTruthFolder } from './scores.js';
import { inShard, requireShard, type Shard } from './shard.js';

/**
 * `threads`, `workers`, `device`, `precision`, `tile`, `memory` and `timeout` are of priors that are loaded here;
 * `timeout` holds for operators too.
 */
export interface FolderJob extends Text, Omit<LoadOptions, 'tile' | 'workers'> {
  /** How many processes run the network at a time (default: one per core, where there is so much to deal out). */
  readonly workers?: number;
  /**
   * Runs the network on parts of this many pixels a side. `auto`, the default: only on images that need more memory
   * whole than `maxMemory` or two fifths of the machine's, and on the parts that cost least; the manifest has their
   * side.
   */
  readonly tile?: number | 'auto';
  /** Pictures, `.npy` files and folders of them. */
  readonly inputs: readonly string[];
  /** The output folder, made if need be. */
  readonly out: string;
  /**
   * Without noise, that of each picture is measured. Without operators (`{ operators: [] }`), each picture is looked
   * at, and what is found is restored.
   */
  readonly spec: ProblemSpec;
  /** A prior, or the name or folder of one (default `photo`, or `photo-latent` for solvers of latent priors). */
  readonly prior?: Prior | string;
  /** A prior of structured noise, or the name or folder of one. */
  readonly noisePrior?: Prior | string;
  readonly solver?: Solver | string;
  /** What tells one version of a solver that is not shipped from the next, such as the hash of its file. */
  readonly solverVersion?: string;
  /** Where a solver that is not shipped was loaded from, for jobs that are finished elsewhere (`range`). */
  readonly solverFile?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** As of `restore`: chooses the solver whose spread is that of what is not known. */
  readonly uncertainty?: boolean;
  readonly samples?: number;
  readonly seed?: number;
  /** Writes each sample, too: `a.sample-1.png` and so on. */
  readonly keepSamples?: boolean;
  /** Which image stands for the posterior (default `mean`, of `phase-retrieval` `sample`). */
  readonly estimate?: Estimate;
  readonly level?: number;
  /** Rounds of the equivariant bootstrap (default 0), each as much work as the restoration. */
  readonly bootstrap?: number;
  /** The path of a calibration card. By default one of the prior's own is taken where it fits. `false`: none. */
  readonly calibration?: string | false;
  /** What a calibrated interval is to promise (default `average`). */
  readonly promise?: PromiseKind;
  /**
   * Of point solvers: the prior whose cap tells how far their images are off, or a cap that is loaded.
   */
  readonly cap?: Cap | string;
  /** Networks with other weights of the last layer that are asked, too (default 0), each as much work again. */
  readonly epistemic?: number;
  /** Of the estimate; by default `tiff` for TIFF files, `npy` for scans and else `png`. `input` keeps JPEG and WebP. */
  readonly format?: AskedFormat['format'];
  /** By default those of the input. */
  readonly bits?: AskedFormat['bits'];
  /** Of JPEG and WebP, 1 to 100; by default that of the input, or 95 where it is not known or is what is restored. */
  readonly quality?: AskedFormat['quality'];
  /** Which pictures of the files that hold several (TIFF, DICOM, NIfTI, …); without it such a file fails. */
  readonly pages?: PageRange;
  /** Of files that hold several arrays (HDF5): the path of the one that is meant. */
  readonly dataset?: string;
  /** The numbers of the inputs that are black and white; by default they are measured where they are no picture's. */
  readonly levels?: Levels;
  /** Folder of true images by the inputs' names, for PSNR and SSIM. */
  readonly truth?: string;
  /** Draws some of the samples alone, in place of `samples`; `mergeRanges` makes results of all ranges. */
  readonly range?: SampleRange;
  /** Only the items of one of n parts; which an item lies in follows from its name. */
  readonly shard?: Shard;
  /** After those of its own shard, the items that nobody works on (default false). */
  readonly balance?: boolean;
  /** Replaces results that were made in another way. */
  readonly force?: boolean;
  /** Replaces files that no manifest of this program lists, too; never an input. */
  readonly overwrite?: boolean;
  /** Makes a failure of every warning: the item is not written. */
  readonly strict?: boolean;
  readonly limits?: PictureLimits;
  /** Seconds of work on a picture that may be lost when the run is stopped (default 30); 0: of each step. */
  readonly saveEvery?: number;
  /** Bytes that this process may use (default: 90 % of the machine's or container's). An item that needs more fails. */
  readonly maxMemory?: number;
}

/**
 * What happens, in order for each item; several may be at work. `name` is an item's name below the output folder,
 * without extension.
 */
export type FolderEvent =
  /** How many processes run the network, and the bytes that each holds before the first item: weights, mostly. */
  | { readonly type: 'workers'; readonly workers: number; readonly held: number }
  | { readonly type: 'start'; readonly items: number }
  /** Nothing is left but what other runs work on; it is taken over where they die. */
  | { readonly type: 'waiting'; readonly items: number }
  | { readonly type: 'skipped'; readonly path: string; readonly reason: string }
  /** How a file of the problem is taken, for all items; what an earlier run kept of an item and cannot be used. */
  | { readonly type: 'note'; readonly message: string }
  /** What a picture was found to have, where the job names no problem; without `problem` it is left as it is. */
  | { readonly type: 'found'; readonly name: string; readonly problem?: string; readonly description: string }
  /** What noise a picture was found to have, where it was not told. */
  | ({ readonly type: 'noise'; readonly name: string } & NoiseReport)
  /** Work begins: [height, width] of the image, the bytes that it may take, and what would make it quicker. */
  | {
      readonly type: 'begin';
      readonly name: string;
      readonly size: readonly number[];
      readonly memory: number;
      readonly quicker?: string;
    }
  /** An earlier run was stopped after so many seconds of work on the item, which goes on from there. */
  | { readonly type: 'resumed'; readonly name: string; readonly seconds: number }
  | ({ readonly type: 'progress'; readonly name: string } & Progress)
  /** Something that a person should look at; the item goes on. */
  | {
      readonly type: 'warning';
      readonly name: string;
      readonly code: Doubt['code'];
      readonly message: string;
    }
  | { readonly type: 'done'; readonly name: string; readonly line: RestoredLine }
  /** Of a job with `range`: the file of its samples is written. */
  | { readonly type: 'drawn'; readonly name: string; readonly range: SampleRange; readonly file: string }
  /** Already done by an earlier run. */
  | { readonly type: 'unchanged'; readonly name: string }
  | { readonly type: 'failed'; readonly name: string; readonly path: string; readonly error: Error };

/** How many items there were of each kind. */
export interface FolderSummary {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Pictures in which nothing was found to restore, where the job names no problem. They are left where they are. */
  readonly nothing?: number;
}

/**
 * Restores every item by itself: what one gives does not depend on the others. A failure is reported and the next item
 * is begun. In `out` only files that its manifests list are replaced or removed (`overwrite`: others too), never an
 * input. Several runs may work in `out` at a time, on one machine or on many that see the same disk: they share the
 * items, and each has a manifest of its own. What a killed run left is put right by another or by the next.
 * @throws UsageError where nothing can start; the signal's reason when aborted, finished items being kept.
 * @example
 * ```ts
 * import { readProblem, restoreFolder } from 'retrodict';
 *
 * const spec = await readProblem('gaussian-blur:sigma=1.6', 'gaussian:sigma=2/255');
 * const { done, failed } = await restoreFolder({ inputs: ['photos'], out: 'restored', spec }, (event) =>
 *   console.log(event.type),
 * );
 * console.log(done, failed);
 * ```
 */
export async function restoreFolder(
  job: FolderJob,
  onEvent: (event: FolderEvent) => void = () => {},
): Promise<FolderSummary> {
  requireJob(job);
  requireQuality(job);
  const found = await itemsOf(job);
  const [items, refused] = [ofShard(found.items, job), ofShard(found.refused, job)];
  const inputs = found.items.map(({ path }) => path);
  const { shared, close } = await openJob(job, inputs, onEvent);
  try {
    for (const skip of found.skipped) onEvent({ type: 'skipped', ...skip });
    onEvent({ type: 'start', items: items.length + refused.length });
    const open = isOpen(job.spec);
    if (!open) for (const message of notesOf(job.spec, shared.files)) onEvent({ type: 'note', message });
    for (const { name, path, reason } of refused) {
      onEvent({ type: 'failed', name, path, error: new Error(reason) });
    }
    const { nothing, ...others } = await eachItem(items, shared);
    const counts = { ...others, failed: others.failed + refused.length };
    return open ? { ...counts, nothing } : counts;
  } finally {
    await close();
  }
}

/** What there is to do, of all shards. @throws UsageError where nothing can start. */
export async function itemsOf(job: FolderJob): ReturnType<typeof walk> {
  if (job.shard) requireShard(job.shard);
  const results = { out: job.out, endings: endingsOf(job), verb: 'restored' };
  const found = await walk(job.inputs, results, (item) =>
    pagesAsked(item, job.pages, job.limits, job.dataset),
  );
  if (job.truth !== undefined) await requireTruthFolder(job.truth, job.out);
  return found;
}

/** Of all files that the job may write for an item. */
function endingsOf(job: FolderJob): string[] {
  if (job.range) return [nameOfRange('', job.range) + '.npz'];
  const kept = job.keepSamples ? (job.samples ?? defaults.samples) : 0;
  return possibleEndings(job.format, kept, mapsOf(job.spec), job);
}

/** Those of the job's shard first; the others after them, or not at all. */
function ofShard<I extends Item>(items: readonly I[], { shard, balance }: FolderJob): readonly I[] {
  if (!shard) return items;
  const own = items.filter(({ name }) => inShard(name, shard));
  return balance ? [...own, ...items.filter((item) => !own.includes(item))] : own;
}

/** @throws UsageError where it could not be had, or would be of nothing. */
function requireQuality({ quality, format = 'png' }: FolderJob): void {
  if (quality === undefined) return;
  if (!['jpeg', 'webp', 'input'].includes(format)) {
    throw new UsageError(
      `--quality is of JPEG and WebP files: say --format jpeg, webp or input, not ${format}`,
    );
  }
  if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new UsageError(`--quality must be a whole number from 1 to 100, found ${quality}`);
  }
}

/** Options of the last operator whose files the measurements may tell. */
function mapsOf({ operators: terms }: ProblemSpec): string[] {
  const last = terms.at(-1);
  const family = last && Object.hasOwn(operators, last.name) ? operators[last.name] : undefined;
  return family?.find ? Object.keys(family.files ?? {}) : [];
}
