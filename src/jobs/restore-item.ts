/** One item of a folder job: read, restored, judged, written, recorded. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { weightsOf } from '../../models/card-file.js';
import type { Prior } from '../../models/prior.js';
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { chooseSolver, effectiveOptions } from '../../solvers/choose.js';
import type { Solver } from '../../solvers/solver.js';
import { defaults } from '../defaults.js';
import { type Input, readInput } from '../io/inputs.js';
import { machineMemory } from '../io/machine-memory.js';
import { firstDifference, keyOf, type Manifest, type OkLine, type Recipe } from '../io/manifest.js';
import { defaultLimits } from '../io/picture.js';
import type { Item } from '../io/walk.js';
import type { SpecFiles } from '../load/problem-files.js';
import { requireMemory } from '../memory.js';
import { type Posterior, restore } from '../restore.js';
import { type Doubt, doubtsOf, requirePlausible } from './doubts.js';
import { withEstimatedNoise } from './estimated-noise.js';
import type { FolderEvent, FolderJob } from './restore-folder.js';
import { estimateOf, type ResultFormat, resultFormat, type Written, writeResults } from './results.js';
import { type Scores, scoreAgainst } from './scores.js';
import { bindMeasurement } from './simulated.js';

/** What the items of a job share. */
export interface Shared {
  readonly job: FolderJob;
  readonly files: SpecFiles;
  readonly prior: Prior | undefined;
  readonly noisePrior: Prior | undefined;
  readonly manifest: Manifest;
  readonly onEvent: (event: FolderEvent) => void;
  /** Bytes in use before the first item: the priors' weights, mostly. */
  readonly held: number;
}

/** The line of a restored item. */
export interface RestoredLine
  extends OkLine,
    Written,
    Partial<Scores>,
    Pick<
      Posterior,
      | 'samplesPosterior'
      | 'effectiveSamples'
      | 'logEvidence'
      | 'ess'
      | 'ancestors'
      | 'misfit'
      | 'networkEvaluations'
      | 'vjps'
      | 'seconds'
    > {
  /** What a person should look at; absent where there is nothing. */
  readonly warnings?: readonly Doubt[];
}

/** The folder already holds a result for this item that was made in another way. */
export class DifferentResult extends Error {}

/**
 * Restores one item, unless an earlier run did so in just this way.
 * @throws Error in one sentence where it cannot be restored or the result is wrong; then no file is written.
 */
export async function restoreItem(item: Item, shared: Shared): Promise<'done' | 'unchanged'> {
  const { name } = item;
  const { job, manifest, onEvent } = shared;
  const warnings: Doubt[] = [];
  const warn = (doubt: Doubt) => {
    if (job.strict) throw new Error(`${doubt.message} (--strict makes this a failure)`);
    warnings.push(doubt);
    onEvent({ type: 'warning', name, ...doubt });
  };
  const plan = await planOf(item, shared);
  if (isDone(name, plan.made, job, manifest)) {
    onEvent({ type: 'unchanged', name });
    return 'unchanged';
  }
  const posterior = await posteriorOf(item, plan, shared);
  await judge(posterior, plan, job, warn);
  const scores = await scoresOf(item, posterior, plan, job, warn);
  const { picture } = plan.input;
  const results = await writeResults(posterior, job.estimate ?? 'mean', plan.written, job.out, name, picture);
  const line = lineOf(item, plan, posterior, { ...results, ...scores }, warnings);
  await manifest.append(line);
  onEvent({ type: 'done', name, line });
  return 'done';
}

/** What an item's result will be made from. */
interface Plan {
  readonly input: Input;
  readonly problem: Problem;
  readonly solver: Solver;
  readonly written: ResultFormat;
  readonly made: Recipe;
}

async function planOf({ path, name }: Item, shared: Shared): Promise<Plan> {
  const { job, files, prior, noisePrior, onEvent } = shared;
  const input = await readInput(path, job.limits ?? defaultLimits);
  const bound = (spec: ProblemSpec) =>
    bindMeasurement(path, input.array.shape, spec, { channels: prior?.channels, ...files });
  const onSigma = (sigma: number) => onEvent({ type: 'noise', name, sigma });
  const problem = await bound(
    job.spec.noise ? job.spec : await withEstimatedNoise(job.spec, input, path, bound, onSigma),
  );
  const solver = chooseSolver(job.solver, problem, noisePrior);
  const written = resultFormat(job, input.picture);
  return { input, problem, solver, written, made: madeOf({ input, problem, solver, written }, shared) };
}

/** All that decides the bytes of the result. */
function madeOf({ input, problem, solver, written }: Omit<Plan, 'made'>, shared: Shared): Recipe {
  const { job, files, prior, noisePrior } = shared;
  return {
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
    samples: job.samples ?? defaults.samples,
    seed: job.seed ?? defaults.seed,
    level: job.level ?? defaults.level,
    estimate: job.estimate ?? 'mean',
    written,
  };
}

async function posteriorOf(
  { name }: Item,
  { input, problem, solver }: Plan,
  shared: Shared,
): Promise<Posterior> {
  const { job, prior, noisePrior, onEvent } = shared;
  const { options, samples, seed, level, signal, maxMemory = machineMemory() } = job;
  requireMemory({ imageShape: problem.imageShape, solver, prior, samples }, maxMemory, shared.held);
  return restore({
    ...{ measurement: input.array, problem, prior, noisePrior, solver },
    ...{ options, samples, seed, level, signal },
    onProgress: (progress) => onEvent({ type: 'progress', name, ...progress }),
  });
}

/** @throws Error where the result is wrong, or where `warn` does so. */
async function judge(
  posterior: Posterior,
  { input, problem, written }: Plan,
  job: FolderJob,
  warn: (doubt: Doubt) => void,
): Promise<void> {
  requirePlausible({ problem, posterior });
  const estimate = estimateOf(posterior, job.estimate ?? 'mean');
  const bits = written.format === 'npy' ? 16 : written.bits;
  const judged = { measurement: input.array, problem, posterior, estimate, bits };
  for (const doubt of await doubtsOf(judged)) warn(doubt);
}

/** A missing or unfit truth costs the scores, not the restoration. */
async function scoresOf(
  { name }: Item,
  posterior: Posterior,
  { problem }: Plan,
  { truth, estimate = 'mean', limits }: FolderJob,
  warn: (doubt: Doubt) => void,
): Promise<Scores | undefined> {
  if (truth === undefined) return undefined;
  try {
    return await scoreAgainst(truth, name, estimateOf(posterior, estimate), problem, limits);
  } catch (error) {
    warn({ code: 'truth', message: (error as Error).message });
    return undefined;
  }
}

function lineOf(
  { name, path }: Item,
  { made }: Plan,
  posterior: Posterior,
  results: Written & Partial<Scores>,
  warnings: readonly Doubt[],
): RestoredLine {
  const { samplesPosterior, effectiveSamples, misfit, networkEvaluations, vjps, seconds } = posterior;
  const { logEvidence, ess, ancestors } = posterior;
  return {
    ...{ version: 1, name, status: 'ok', key: keyOf(made), path, made },
    ...results,
    ...{ samplesPosterior, effectiveSamples, logEvidence, ess, ancestors, misfit },
    ...{ networkEvaluations, vjps, seconds },
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Whether an earlier run finished this item in just this way. @throws DifferentResult */
function isDone(name: string, made: Recipe, { out, force }: FolderJob, manifest: Manifest): boolean {
  const last = manifest.last(name);
  if (last?.status !== 'ok') return false;
  if (last.key === keyOf(made)) return last.files.every((file) => existsSync(join(out, file)));
  if (force) return false;
  const difference = firstDifference(last.made, made);
  const [before, now] = [difference?.before, difference?.now].map((value) => JSON.stringify(value) ?? 'none');
  const sentence = `was made with ${difference?.name} = ${before}, now asked for with ${now}`;
  throw new DifferentResult(`${join(out, name)} ${sentence}; --force replaces it`);
}
