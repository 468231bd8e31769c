/** The folder job (DESIGN §5): every file restored, written whole or not at all, and picked up where it stopped. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { weightsOf } from '../../models/card-file.js';
import { conditioned, type Text } from '../../models/conditioned.js';
import { type LoadOptions, loadPrior } from '../../models/load.js';
import type { Prior, PriorKind } from '../../models/prior.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { solvers } from '../../solvers/index.js';
import type { Solver } from '../../solvers/solver.js';
import type { FloatArray } from '../core/array.js';
import { UsageError, unknownName } from '../core/errors.js';
import { estimateNoise } from '../core/noise-estimate.js';
import { parseOptions } from '../core/options.js';
import { type Input, readInput } from '../io/inputs.js';
import {
  firstDifference,
  keyOf,
  type Made,
  Manifest,
  type ManifestLine,
  manifestName,
} from '../io/manifest.js';
import { defaultLimits, type PictureLimits } from '../io/picture.js';
import { type Item, walk } from '../io/walk.js';
import { readSpecFiles, type SpecFiles } from '../load/problem-files.js';
import { chooseSolver, effectiveOptions, type Progress, restore } from '../restore.js';
import { type Estimate, estimateOf, type ResultFormat, resultFormat, writeResults } from './results.js';
import { requireTruthFolder, type Scores, scoreAgainst } from './scores.js';
import { bindMeasurement } from './simulated.js';

/** `threads`, `tile` and `memory` are of priors that are loaded here. */
export interface FolderJob extends Text, LoadOptions {
  /** Pictures, `.npy` files and folders of them. */
  readonly inputs: readonly string[];
  /** The output folder, made if need be. */
  readonly out: string;
  /** Without noise, the level of Gaussian noise is estimated for each picture. */
  readonly spec: ProblemSpec;
  /** A prior, or the name or folder of one (default `photo`, or `photo-latent` for solvers of latent priors); loaded only if the solver needs one. */
  readonly prior?: Prior | string;
  /** A prior of structured noise, or the name or folder of one. */
  readonly noisePrior?: Prior | string;
  readonly solver?: Solver | string;
  /** What tells one version of a solver that is not shipped from the next, such as the hash of its file. */
  readonly solverVersion?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly samples?: number;
  readonly seed?: number;
  /** Which image stands for the posterior (default `mean`). */
  readonly estimate?: Estimate;
  readonly level?: number;
  /** Of the estimate; by default those of the input. */
  readonly format?: ResultFormat['format'];
  readonly bits?: ResultFormat['bits'];
  /** Folder of true images by the inputs' names, for PSNR and SSIM. */
  readonly truth?: string;
  /** Replaces results that were made in another way. */
  readonly force?: boolean;
  readonly limits?: PictureLimits;
}

/** What happens, in order; `name` is an item's name below the output folder, without extension. */
export type FolderEvent =
  | { readonly type: 'start'; readonly items: number }
  | { readonly type: 'skipped'; readonly path: string; readonly reason: string }
  /** The noise level was estimated: standard deviation in [0, 1] image units. */
  | { readonly type: 'noise'; readonly name: string; readonly sigma: number }
  | ({ readonly type: 'progress'; readonly name: string } & Progress)
  | { readonly type: 'warning'; readonly name: string; readonly message: string }
  | { readonly type: 'done'; readonly name: string; readonly line: ManifestLine }
  /** Already done by an earlier run. */
  | { readonly type: 'unchanged'; readonly name: string }
  | { readonly type: 'failed'; readonly name: string; readonly path: string; readonly error: Error };

export interface FolderSummary {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
}

/**
 * Restores every item by itself: what one gives does not depend on the others. A failure is reported and the next
 * item is begun.
 * @throws UsageError where nothing can start; the signal's reason when aborted, finished items being kept.
 */
export async function restoreFolder(
  job: FolderJob,
  onEvent: (event: FolderEvent) => void = () => {},
): Promise<FolderSummary> {
  const { items, skipped, refused } = await walk(job.inputs, job.out);
  if (job.truth !== undefined) requireTruthFolder(job.truth);
  if (job.noisePrior !== undefined && !job.spec.noise) {
    throw new UsageError('--noise-prior needs --noise: an estimate would count the structured noise too');
  }
  const solver = namedSolver(job.solver);
  // Before anything is read: an option that the solver does not know fails the job, not each item.
  if (solver) parseOptions(solver.options, `solver ${solver.name}`, job.options ?? {});
  const files = await readSpecFiles(job.spec);
  const needed = solver?.needs.prior ?? 'diffusion';
  const prior = needed === 'none' ? undefined : await loadedPrior(job.prior ?? SHIPPED_FOR[needed], job, job);
  if (!prior && (job.prompt ?? job.guidance) !== undefined) {
    throw new UsageError(`solver ${solver?.name} uses no prior, so neither prompt nor guidance can be given`);
  }
  const noisePrior = job.noisePrior === undefined ? undefined : await loadedPrior(job.noisePrior, job);
  for (const skip of skipped) onEvent({ type: 'skipped', ...skip });
  onEvent({ type: 'start', items: items.length + refused.length });
  const counts = { done: 0, unchanged: 0, failed: 0 };
  const fail = (name: string, path: string, error: Error) => {
    counts.failed++;
    onEvent({ type: 'failed', name, path, error });
  };
  for (const { name, paths } of refused) {
    fail(
      name,
      paths[0],
      new Error(`${paths.join(' and ')} would both be written as ${name}, so neither is restored`),
    );
  }
  const manifest = await Manifest.open(join(job.out, manifestName));
  try {
    for (const item of items) {
      job.signal?.throwIfAborted();
      try {
        counts[
          await restoreItem(item, { ...job, solver }, { files, prior, noisePrior, manifest, onEvent })
        ]++;
      } catch (error) {
        if (job.signal?.aborted) throw error;
        const { message } = error as Error;
        fail(item.name, item.path, error as Error);
        if (error instanceof DifferentResult) continue; // what is there stands, and so does its line
        // The failure has been told; a full disk may well refuse this line too.
        await manifest
          .append({ version: 1, name: item.name, status: 'failed', error: message })
          .catch(() => {});
      }
    }
  } finally {
    await manifest.close();
    await files.close();
    if (typeof job.prior !== 'object') await prior?.close();
    if (typeof job.noisePrior !== 'object') await noisePrior?.close();
  }
  return counts;
}

/** What the items of a job share. */
interface Shared {
  readonly files: SpecFiles;
  readonly prior: Prior | undefined;
  readonly noisePrior: Prior | undefined;
  readonly manifest: Manifest;
  readonly onEvent: (event: FolderEvent) => void;
}

async function restoreItem(item: Item, job: FolderJob, shared: Shared): Promise<'done' | 'unchanged'> {
  const { name } = item;
  const { files, prior, noisePrior, manifest, onEvent } = shared;
  const { samples = 4, seed = 0, level = 0.9, estimate = 'mean', limits = defaultLimits } = job;
  const input = await readInput(item.path, limits);
  const bound = (spec: ProblemSpec) =>
    bindMeasurement(item.path, input.array.shape, spec, { channels: prior?.channels, ...files });
  const problem = await bound(
    job.spec.noise ? job.spec : await withEstimatedNoise(job.spec, input, item, bound, onEvent),
  );
  const solver = chooseSolver(job.solver, problem, noisePrior);
  const written = resultFormat(job, input.picture);
  const made: Made = {
    format: 1,
    input: bytesToHex(sha256(input.bytes)),
    problem: problem.spec,
    files: files.hashes,
    solver: solver.name,
    solverVersion: job.solverVersion,
    weights: solver.needs.prior === 'none' ? undefined : weightsOf(prior),
    tile: prior && job.tile,
    memory: prior && job.memory === 'low' ? 'low' : undefined,
    prompt: job.prompt,
    guidance: job.guidance,
    noiseWeights: noisePrior && weightsOf(noisePrior),
    options: effectiveOptions(solver, problem, job.options),
    samples,
    seed,
    level,
    estimate,
    written,
  };
  if (isDone(name, made, job, manifest)) {
    onEvent({ type: 'unchanged', name });
    return 'unchanged';
  }
  const posterior = await restore({
    measurement: input.array,
    problem,
    prior,
    noisePrior,
    solver,
    options: job.options,
    samples,
    seed,
    level,
    signal: job.signal,
    onProgress: (progress) => onEvent({ type: 'progress', name, ...progress }),
  });
  const results = await writeResults(posterior, estimate, written, job.out, name, input.picture);
  const scores = await scoresOf(item, estimateOf(posterior, estimate), problem, job, onEvent);
  const { calibrated, effectiveSamples, misfit, networkEvaluations, vjps, seconds } = posterior;
  const { logEvidence, ess, ancestors } = posterior;
  const line: ManifestLine = {
    version: 1,
    name,
    status: 'ok',
    key: keyOf(made),
    path: item.path,
    made,
    ...results,
    calibrated,
    effectiveSamples,
    logEvidence,
    ess,
    ancestors,
    misfit,
    networkEvaluations,
    vjps,
    seconds,
    ...scores,
  };
  await manifest.append(line);
  onEvent({ type: 'done', name, line });
  return 'done';
}

/** The shipped prior of each kind. */
const SHIPPED_FOR: Readonly<Record<PriorKind, string>> = { diffusion: 'photo', latent: 'photo-latent' };

async function loadedPrior(
  prior: Prior | string,
  { threads, tile, memory, signal }: LoadOptions,
  text: Text = {},
): Promise<Prior> {
  if (typeof prior === 'object') return conditioned(prior, text);
  const loaded = await loadPrior(prior, { threads, tile, memory, signal });
  try {
    return await conditioned(loaded, text);
  } catch (error) {
    await loaded.close();
    throw error;
  }
}

/** The spec with Gaussian noise of the level that the picture is found to have. */
async function withEstimatedNoise(
  spec: ProblemSpec,
  { array, picture }: Input,
  { name, path }: Item,
  bound: (spec: ProblemSpec) => Promise<Problem>,
  onEvent: (event: FolderEvent) => void,
): Promise<ProblemSpec> {
  if (picture === undefined) {
    throw new UsageError(`--noise is needed for ${path}: only a picture's noise level can be estimated`);
  }
  const withLevel = (sigma: number) => ({ ...spec, noise: { name: 'gaussian', options: { sigma } } });
  const { observed } = (await bound(withLevel(1))).operator; // which pixels are seen does not depend on the noise
  const rounding = 1 / (2 ** picture.bits - 1) / Math.sqrt(12);
  const sigma = Math.max(rounding, estimateNoise(array, observed));
  onEvent({ type: 'noise', name, sigma });
  return withLevel(sigma);
}

function namedSolver(solver: Solver | string | undefined): Solver | undefined {
  if (typeof solver !== 'string') return solver;
  if (!Object.hasOwn(solvers, solver)) throw unknownName('solver', solver, Object.keys(solvers));
  return solvers[solver];
}

/** The folder already holds a result for this item that was made in another way. */
class DifferentResult extends Error {}

/** Whether an earlier run finished this item in just this way. @throws DifferentResult */
function isDone(name: string, made: Made, { out, force }: FolderJob, manifest: Manifest): boolean {
  const last = manifest.last(name);
  if (last?.status !== 'ok') return false;
  if (last.key === keyOf(made)) return (last.files ?? []).every((file) => existsSync(join(out, file)));
  if (force) return false;
  const difference = firstDifference(last.made, made);
  const [before, now] = [difference?.before, difference?.now].map((value) => JSON.stringify(value) ?? 'none');
  const sentence = `was made with ${difference?.name} = ${before}, now asked for with ${now}`;
  throw new DifferentResult(`${join(out, name)} ${sentence}; --force replaces it`);
}

/** A missing or unfit truth costs the scores, not the restoration. */
async function scoresOf(
  { name }: Item,
  estimate: FloatArray,
  problem: Problem,
  { truth, limits }: FolderJob,
  onEvent: (event: FolderEvent) => void,
): Promise<Scores | undefined> {
  if (truth === undefined) return undefined;
  try {
    return await scoreAgainst(truth, name, estimate, problem, limits);
  } catch (error) {
    onEvent({ type: 'warning', name, message: (error as Error).message });
    return undefined;
  }
}
