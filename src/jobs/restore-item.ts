/** One item of a folder job: read, restored, judged, written, recorded. */
import { basename, join } from 'node:path';
import type { Cap } from '../../models/cap.js';
import { weightsOf } from '../../models/card-file.js';
import type { Prior } from '../../models/prior.js';
import type { Problem, ProblemSpec, Term } from '../../problems/problem.js';
import { keep } from '../../solvers/baseline/keep.js';
import { chooseSolver, effectiveOptions } from '../../solvers/choose.js';
import type { Solver } from '../../solvers/solver.js';
import { type FittedPrior, fitted } from '../auto-tile.js';
import type { Bootstrap } from '../bootstrap.js';
import type { Calibrated } from '../calibrated.js';
import type { Restoration } from '../calibration-card.js';
import type { FloatArray, Shape } from '../core/array.js';
import type { Checkpoints, Cost } from '../core/checkpoints.js';
import { UsageError } from '../core/errors.js';
import type { JpegCoding } from '../core/jpeg-coding.js';
import { intoLevels } from '../core/levels.js';
import { defaultEstimate, defaultSamples, defaults, drawnSamples, wantsVariance } from '../defaults.js';
import type { CheckpointFolder } from '../io/checkpoint-folder.js';
import { type Input, openInput } from '../io/inputs.js';
import { machineMemory } from '../io/machine-memory.js';
import { firstDifference, keyOf, type OkLine, type Recipe } from '../io/manifest.js';
import { type OutputFolder, Refusal } from '../io/output-folder.js';
import type { Item } from '../io/walk.js';
import type { LoadedCalibration } from '../load/calibration-file.js';
import type { SpecFiles } from '../load/problem-files.js';
import { estimateMemory, type MemoryTask, requireMemory, workersWithin } from '../memory.js';
import { type Posterior, type RestoreJob, restore } from '../restore.js';
import type { DrawnRange } from '../sample-range.js';
import { asMeasurement } from './array-input.js';
import { diagnose, isOpen, specOf } from './diagnosis.js';
import { type Doubt, doubtsOf, requirePlausible } from './doubts.js';
import { errorMapEndings } from './error-maps.js';
import { type NoiseReport, withEstimatedNoise } from './estimated-noise.js';
import { withoutFilledAlpha } from './filled-alpha.js';
import { amongImages, type Calibrations, calibrationFor } from './item-calibration.js';
import { deviceMade } from './job-prior.js';
import { dimDoubt, noiseInLevels, withStatedLevels } from './levels.js';
import { withPattern } from './mosaic.js';
import { priorDoubts } from './prior-doubts.js';
import { type Ranges, readRanges } from './range-file.js';
import type { FolderEvent, FolderJob } from './restore-folder.js';
import {
  type Encoded,
  encodeMaps,
  encodeResults,
  encodeSamples,
  estimateOf,
  mapEndings,
  type ResultFormat,
  resultEndings,
  resultFormat,
  sampleEndings,
} from './results.js';
import type { Room } from './room.js';
import { readTruth, type Scores, scoreAgainst, type Truth } from './scores.js';
import { bindMeasurement } from './simulated.js';

/** What the items of a job share. */
export interface Shared {
  readonly job: FolderJob;
  readonly files: SpecFiles;
  readonly prior: Prior | undefined;
  readonly noisePrior: Prior | undefined;
  readonly cap: Cap | undefined;
  readonly folder: OutputFolder;
  readonly calibrations: Calibrations;
  /** Of items whose samples were drawn in ranges: these, by the item's name. */
  readonly ranges?: ReadonlyMap<string, Ranges>;
  readonly onEvent: (event: FolderEvent) => void;
  /** Bytes in use before the first item: the priors' weights, mostly. */
  readonly held: number;
  /** What else may be used, by all items that are at work. */
  readonly room: Room;
}

/** What a manifest says of a posterior. */
type Figures =
  | 'samplesPosterior'
  | 'meanBySolver'
  | 'capped'
  | 'effectiveSamples'
  | 'logEvidence'
  | 'logEvidenceError'
  | 'ess'
  | 'ancestors'
  | 'diagnostics'
  | 'misfit'
  | 'misfitProbability'
  | keyof Cost;

/** The line of a restored item. */
export interface RestoredLine
  extends OkLine,
    Omit<Encoded, 'files'>,
    Partial<Scores>,
    Pick<Posterior, Figures> {
  /** The prior by the name or folder that was given; its weights are in `made`. */
  readonly prior?: string;
  /** Of a file that is no picture: what its numbers mean, and where they lie. */
  readonly about?: Input['about'];
  /** What noise the picture was found to have, where it was not told. */
  readonly noise?: NoiseReport;
  /** Of the equivariant bootstrap: see `Bootstrap`. */
  readonly bootstrap?: Omit<Bootstrap, 'sd'>;
  /** Options of the operator as the restored image tells them, where that made a map: see `.transmission.png`. */
  readonly found?: Readonly<Record<string, unknown>>;
  /** What the interval promises; absent where it is the solver's own, uncalibrated. */
  readonly calibration?: Pick<Calibrated, 'promise' | 'words'> & {
    readonly card: string;
    /** Of a card that was given; others come with the prior. */
    readonly path?: string;
  };
  /** What a person should look at; absent where there is nothing. */
  readonly warnings?: readonly Doubt[];
}

/**
 * Restores one item, unless an earlier run did so in just this way.
 * @throws Error in one sentence where it cannot be restored or the result is wrong; then no file is written.
 */
export async function restoreItem(item: Item, shared: Shared): Promise<'done' | 'unchanged' | 'nothing'> {
  const { name } = item;
  const { job, folder, onEvent } = shared;
  const warnings: Doubt[] = [];
  const warn = (doubt: Doubt) => {
    if (job.strict) throw new Error(`${doubt.message} (--strict makes this a failure)`);
    warnings.push(doubt);
    onEvent({ type: 'warning', name, ...doubt });
  };
  const plan = await planOf(item, shared, warn);
  if (plan === undefined) return 'nothing';
  if (await isDone(name, plan.made, shared, warn)) {
    onEvent({ type: 'unchanged', name });
    return 'unchanged';
  }
  const maps = mapEndings(Object.keys(plan.problem.found?.files ?? {}));
  await folder.requireFree(name, [
    ...resultEndings(plan.written),
    ...sampleEndings(plan.written, plan.kept),
    ...maps,
    ...errorMapEndings(job),
  ]);
  const truth = await truthOf(item, job, warn);
  requireApart(truth, plan, shared, warn);
  const kept = await checkpointsOf(name, plan.made, shared);
  const posterior = await posteriorOf(item, plan, shared, kept);
  // What is wrong for certain would be as wrong again.
  await judge(posterior, plan, shared, warn).catch(async (error) => {
    await kept.remove();
    throw error;
  });
  const estimate = job.estimate ?? defaultEstimate(plan.problem);
  const scores = truth && scoresOf(truth, posterior, plan, job, warn);
  const { files, ...whites } = await encodeResults(posterior, estimate, plan.written, plan.input);
  const samples = plan.kept > 0 ? await encodeSamples(posterior, plan.written, plan.input) : [];
  const line = await folder.put(name, [...files, ...samples, ...(await encodeMaps(posterior))], {
    ...{ key: keyOf(plan.made), path: item.path, made: plan.made, ...whites },
    ...(plan.made['weights'] === undefined ? {} : { prior: priorName(shared) }),
    ...figuresOf(posterior),
    ...scores,
    ...(plan.input.about ? { about: plan.input.about } : {}),
    ...(plan.noise ? { noise: plan.noise } : {}),
    ...calibrationOf(posterior, plan, shared),
    ...(posterior.found ? { found: posterior.found.options } : {}),
    ...(posterior.bootstrap ? { bootstrap: { ...posterior.bootstrap, sd: undefined } } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  });
  await kept.remove();
  onEvent({ type: 'done', name, line });
  return 'done';
}

const priorName = ({ job, prior }: Shared) => (typeof job.prior === 'string' ? job.prior : prior?.name);

/** Where the work on an item is kept until it is done. What an earlier run kept there is told. */
export async function checkpointsOf(
  name: string,
  made: Recipe,
  { job, folder, onEvent }: Shared,
): Promise<CheckpointFolder> {
  const { saveEvery = defaults.saveEvery } = job;
  const tell = (message: string) => onEvent({ type: 'note', message: `${name}: ${message}` });
  const kept = await folder.checkpoints(name, keyOf(made), { every: saveEvery, tell });
  if (kept.spent) onEvent({ type: 'resumed', name, seconds: kept.spent.seconds });
  return kept;
}

/** What an item's result will be made from. */
export interface Plan {
  readonly input: Input;
  readonly problem: Problem;
  /** What was found where it was not told. */
  readonly noise?: NoiseReport;
  readonly solver: Solver;
  /** As it is run on an image of this size. */
  readonly run: FittedPrior;
  readonly written: ResultFormat;
  /** How many samples are written beside the estimate. */
  readonly kept: number;
  readonly calibration?: LoadedCalibration;
  readonly made: Recipe;
}

/** The problem that a picture is found to have; undefined where there is nothing to restore, which is told. */
function foundSpec({ path, name }: Item, input: Input, { job, onEvent }: Shared): ProblemSpec | undefined {
  const { problem, description } = diagnose(input, path, job.spec.noise);
  onEvent({ type: 'found', name, problem, description });
  return problem === undefined ? undefined : specOf(problem, job.spec);
}

/** Undefined where there is nothing to restore. */
export async function planOf(
  item: Item,
  shared: Shared,
  warn: (doubt: Doubt) => void,
): Promise<Plan | undefined> {
  const { path, name, page } = item;
  const { job, files, prior, noisePrior, onEvent } = shared;
  let coding: JpegCoding | string | undefined;
  const bindTo = (shape: Shape, spec: ProblemSpec, measurement?: FloatArray) =>
    bindMeasurement(path, shape, spec, { channels: prior?.channels, measurement, coding, ...files });
  const opened = await openInput(path, job.limits, { page, dataset: job.dataset });
  await requireRoom(name, opened.shape, shared, bindTo);
  const read = await opened.read();
  coding = read.picture?.coding;
  const found = job.levels ? withStatedLevels(read, job.levels) : read;
  for (const warning of found.picture?.warnings ?? []) warn(warning);
  const open = isOpen(job.spec);
  const stated = withPattern(open ? specOf('denoise', job.spec) : job.spec, found, path);
  const asPicture = resultFormat(job, found).format !== 'npy';
  const measured = await asMeasurement(found, path, stated, bindTo, asPicture);
  const spec = open ? foundSpec(item, measured, shared) : stated;
  if (spec === undefined) return undefined;
  const written = resultFormat(job, found, spec.operators.some(isJpeg));
  if (found.picture && found.levels && !measured.levels) warn(dimDoubt(found.levels, path));
  const bound = (complete: ProblemSpec) => bindTo(measured.array.shape, complete, measured.array);
  let noise: NoiseReport | undefined;
  const told = (report: NoiseReport, doubt: Doubt | undefined) => {
    noise = report;
    onEvent({ type: 'noise', name, ...report });
    if (doubt) warn(doubt);
  };
  const problem = await bound(
    statedNoise(spec, measured) ?? (await withEstimatedNoise(spec, measured, path, bound, told)),
  );
  const input = withoutFilledAlpha(measured, problem);
  if (written.format === 'jpeg' && input.picture?.alpha) warn(alphaDoubt(path));
  if (problem.found?.doubt) warn(problem.found.doubt);
  const isKept = () => job.solver === undefined && noise?.taken === 'nothing';
  const wanted = { prior, noisePrior, uncertainty: job.uncertainty };
  const solver = isKept() ? keep : chooseSolver(job.solver, problem, wanted);
  if (job.estimate === 'sample' && solver.kind !== 'point' && drawnSamples(solver, job.samples) === 0) {
    const none = `solver ${solver.name} draws none by itself`;
    throw new UsageError(`--estimate sample needs --samples, since ${none}`);
  }
  if (prior?.kind === 'diffusion' && solver !== keep)
    for (const doubt of priorDoubts(prior, problem)) warn(doubt);
  const kept = keptSamples(solver, job, warn);
  const run = runOf({ imageShape: problem.imageShape, solver, prior, samples: job.samples }, name, shared);
  const parts = { input, problem, solver, run, written, kept };
  const own = madeOf(parts, shared, page);
  // A cap that is asked for takes the place of a calibration that is not.
  // A range is no result yet.
  const none = job.range || solver === keep || (shared.cap && !shared.calibrations.asked);
  const calibration = none ? undefined : calibrationFor(...restorationOf(parts, own, shared), job);
  const promised = calibration && { card: calibration.sha256, promise: job.promise ?? 'average' };
  return { ...parts, noise, calibration, made: { ...own, calibration: promised } };
}

/** What is restored, as far as a calibration depends on it. */
function restorationOf(
  { problem, solver }: Pick<Plan, 'problem' | 'solver'>,
  made: Recipe,
  { job, files, prior, calibrations }: Shared,
): [Calibrations, Restoration, string] {
  const restoration = {
    solver: solver.name,
    solverVersion: job.solverVersion,
    weights: solver.needs.prior === 'none' ? [] : weightsOf(prior),
    samples: drawnSamples(solver, job.samples),
    options: effectiveOptions(solver, problem, optionsFor(solver, job)),
    problem: problem.spec,
    files: files.hashes,
  };
  return [calibrations, restoration, String(made['input'])];
}

/** @throws UsageError where the truth is one of the images that the calibration asked for was fitted on. */
function requireApart(
  truth: Truth | undefined,
  { calibration }: Plan,
  { calibrations }: Shared,
  warn: (doubt: Doubt) => void,
): void {
  if (!truth || !calibration?.card.hashes.includes(truth.sha256)) return;
  if (calibrations.asked) throw new UsageError(amongImages(calibration));
  warn({ code: 'calibration', message: amongImages(calibration) });
}

function calibrationOf(
  { calibration }: Posterior,
  plan: Plan,
  { calibrations }: Shared,
): Pick<RestoredLine, 'calibration'> {
  if (!calibration || !plan.calibration) return {};
  const { promise, words } = calibration;
  const { path } = plan.calibration;
  return { calibration: { promise, words, card: basename(path), ...(calibrations.asked && { path }) } };
}

/** What was measured of the network, by its hash. */
function lastLayerOf(prior: Prior | undefined): string | undefined {
  const card = prior?.card;
  return card?.kind === 'diffusion' ? card.lastLayer?.sha256 : undefined;
}

const isJpeg = ({ name }: Term) => name === 'jpeg';

function alphaDoubt(path: string): Doubt {
  const advice = '--format png, tiff or webp keeps it';
  return { code: 'alpha', message: `${path} is transparent in parts, which JPEG does not hold: ${advice}` };
}

function keptSamples(
  solver: Solver,
  { keepSamples, samples }: FolderJob,
  warn: (doubt: Doubt) => void,
): number {
  if (!keepSamples) return 0;
  const kept = drawnSamples(solver, samples);
  if (kept === 0) {
    const why = solver.kind === 'point' ? 'gives one image and no samples' : 'draws none without --samples';
    warn({ code: 'no-samples', message: `--keep-samples keeps nothing, since solver ${solver.name} ${why}` });
  }
  return kept;
}

/** The spec with the noise in units of the input; undefined where none is stated. */
function statedNoise(spec: ProblemSpec, { picture, levels }: Input): ProblemSpec | undefined {
  if (!spec.noise) return undefined;
  return picture && levels ? { ...spec, noise: noiseInLevels(spec.noise, levels) } : spec;
}

/** Before the input is decoded: what is too large must not end the job. @throws Error where memory does not suffice. */
async function requireRoom(
  name: string,
  shape: Shape | undefined,
  shared: Shared,
  bound: (shape: Shape, spec: ProblemSpec) => Promise<Problem>,
): Promise<void> {
  const { job, folder, prior, noisePrior, held } = shared;
  // What is there already needs no more than to be looked at.
  if (shape === undefined || folder.lastDone(name)) return;
  const noise = job.spec.noise ?? { name: 'gaussian', options: { sigma: 1 } };
  const spec = isOpen(job.spec) ? specOf('denoise', job.spec) : job.spec;
  const found = await bound(shape, { ...spec, noise })
    .then((problem) => ({
      problem,
      solver: chooseSolver(job.solver, problem, { prior, noisePrior, uncertainty: job.uncertainty }),
    }))
    .catch(() => undefined); // told when it has been read
  if (found === undefined) return;
  const { problem, solver } = found;
  const task = { imageShape: problem.imageShape, solver, prior, samples: job.samples };
  const fittedTask = { ...task, ...fittedFor(task, job) };
  requireMemory(fittedTask, job.maxMemory ?? machineMemory(), held);
  await enterRoom(name, fittedTask, shared);
}

/** Waits until the item fits beside the others. @returns the task as it is to be run then. */
async function enterRoom(
  name: string,
  task: MemoryTask,
  { job, room }: Shared,
): Promise<Required<Pick<MemoryTask, 'workers'>> & MemoryTask> {
  const workers = workersWithin(task, task.prior?.workers ?? 1, room.bytes);
  await room.enter(name, estimateMemory({ ...task, workers }), job.signal);
  return { ...task, workers };
}

/**
 * Share of the memory for tiles that are chosen here: the rest is for what is held besides. It depends on nothing that
 * differs from run to run, since tiles are part of what a result was made from.
 */
const [OF_LIMIT, OF_MACHINE] = [0.75, 0.4];

function fittedFor(task: MemoryTask, { tile, maxMemory }: FolderJob): FittedPrior {
  if (typeof tile === 'number') return { prior: task.prior, tile: task.prior && tile };
  return fitted(task, maxMemory === undefined ? OF_MACHINE * machineMemory() : OF_LIMIT * maxMemory);
}

/** Samples that are drawn were drawn in the tiles that their lines say. */
function runOf(task: MemoryTask, name: string, { job, ranges }: Shared): FittedPrior {
  const made = ranges?.get(name)?.found[0].line.made;
  return made ? { prior: task.prior, tile: made['tile'] as number | undefined } : fittedFor(task, job);
}

/** All that decides the bytes of the result. */
function madeOf(
  { input, problem, solver, run, written, kept }: Omit<Plan, 'made' | 'calibration'>,
  shared: Shared,
  page: number | undefined,
): Recipe {
  const { job, files, prior, noisePrior } = shared;
  return {
    format: 1,
    input: input.sha256,
    page,
    dataset: input.picture ? undefined : job.dataset,
    scale: input.scale,
    levels: input.levels,
    problem: problem.spec,
    files: files.hashes,
    solver: solver.name,
    solverVersion: job.solverVersion,
    weights: solver.needs.prior === 'none' ? undefined : weightsOf(prior),
    tile: run.tile,
    memory: prior && job.memory === 'low' ? 'low' : undefined,
    device: prior && deviceMade(job),
    prompt: job.prompt,
    guidance: job.guidance,
    noiseWeights: noisePrior && weightsOf(noisePrior),
    options: effectiveOptions(solver, problem, optionsFor(solver, job)),
    // Absent where the solver draws none by itself; of 0 asked for it makes less.
    samples: solver.kind === 'point' ? undefined : (job.samples ?? (defaultSamples(solver) || undefined)),
    seed: job.seed ?? defaults.seed,
    level: job.level ?? defaults.level,
    bootstrap: job.bootstrap || undefined,
    cap: shared.cap?.sha256,
    epistemic: job.epistemic ? { rounds: job.epistemic, lastLayer: lastLayerOf(prior) } : undefined,
    estimate: job.estimate ?? defaultEstimate(problem),
    keepSamples: kept > 0 || undefined,
    written,
  };
}

/** Options that are set are of the solver that restores; a picture that is kept takes none. */
function optionsFor(solver: Solver, { options }: FolderJob): FolderJob['options'] {
  return solver === keep ? undefined : options;
}

async function posteriorOf(
  item: Item,
  plan: Plan,
  shared: Shared,
  checkpoints: Checkpoints,
): Promise<Posterior> {
  const ranges = shared.ranges?.get(item.name);
  if (ranges === undefined) return restore({ ...(await restorationJob(item, plan, shared)), checkpoints });
  requireSame(ranges, plan.made);
  // What the arrays take alone: the network does not run.
  return restore(await restorationJob(item, plan, shared, await readRanges(ranges)));
}

/** What is restored, once there is room, and the news that work begins. @throws Error where memory does not suffice. */
export async function restorationJob(
  { name }: Item,
  { input, problem, solver, calibration, run }: Plan,
  shared: Shared,
  ranges?: readonly DrawnRange[],
): Promise<RestoreJob> {
  const { job, noisePrior, onEvent } = shared;
  const { samples, seed, level, bootstrap, epistemic, signal, maxMemory = machineMemory() } = job;
  const options = optionsFor(solver, job);
  const alone = { imageShape: problem.imageShape, solver, prior: ranges ? undefined : run.prior, samples };
  requireMemory(alone, maxMemory, shared.held);
  const task = await enterRoom(name, alone, shared);
  onEvent({
    type: 'begin',
    name,
    size: input.array.shape.length === 3 ? input.array.shape.slice(-2) : problem.imageShape.slice(-2),
    memory: shared.held + estimateMemory(task),
    quicker: quickerWay(solver, samples),
  });
  return {
    ...{ measurement: input.array, problem, prior: run.prior, noisePrior, solver, ranges },
    ...{ options, samples, seed, level, bootstrap, epistemic, signal, cap: shared.cap },
    // Where memory suffices for fewer workers than there are, no more chains than those.
    atATime: task.workers < (run.prior?.workers ?? 1) ? task.workers : undefined,
    calibration: calibration && { card: calibration.card, promise: job.promise },
    onProgress: (progress) => onEvent({ type: 'progress', name, ...progress }),
  };
}

/** @throws UsageError where what the ranges were drawn from is not what is there now. */
function requireSame({ found }: Ranges, { samples, calibration, ...made }: Recipe): void {
  const { range, ...before } = found[0].line.made;
  const difference = firstDifference(before, made);
  if (!difference) return;
  const [then, now] = [difference.before, difference.now].map((value) => JSON.stringify(value) ?? 'none');
  throw new UsageError(`the samples were drawn with ${difference.name} = ${then}, and there is ${now} now`);
}

/** The option that makes the work shorter most, in words. */
function quickerWay(solver: Solver, samples: number | undefined): string | undefined {
  const count = drawnSamples(solver, samples);
  if (solver.kind === 'chain' && solver.moments) {
    return wantsVariance(samples) || count > 0
      ? '--samples 0 gives the estimate alone, much sooner'
      : undefined;
  }
  return count > 1 ? 'fewer --samples take less' : undefined;
}

/** @throws Error where the result is wrong, or where `warn` does so. */
async function judge(
  posterior: Posterior,
  { input, problem, solver, written, noise }: Plan,
  { job, prior }: Pick<Shared, 'job' | 'prior'>,
  warn: (doubt: Doubt) => void,
): Promise<void> {
  if (solver === keep) return;
  await requirePlausible({ measurement: input.array, problem, prior, posterior });
  const estimate = estimateOf(posterior, job.estimate ?? defaultEstimate(problem));
  const bits = written.format === 'npy' ? 16 : written.bits;
  const leastNoise = noise?.kind === 'unknown' || noise?.kind === 'none';
  const judged = { measurement: input.array, problem, prior, posterior, estimate, bits, leastNoise };
  for (const doubt of await doubtsOf(judged)) warn(doubt);
  const unlike = posterior.calibration?.doubt;
  if (unlike) warn({ code: 'calibration', message: `the interval may not hold what it promises: ${unlike}` });
}

/** Read before anything is written. A missing truth costs the scores, not the restoration. */
async function truthOf(
  { name }: Item,
  { truth, limits, dataset }: FolderJob,
  warn: (doubt: Doubt) => void,
): Promise<Truth | undefined> {
  if (truth === undefined) return undefined;
  try {
    return await readTruth(truth, name, limits, dataset);
  } catch (error) {
    warn({ code: 'truth', message: (error as Error).message });
    return undefined;
  }
}

/** In units of the input's levels: of the dim, too, white is 1. */
function scoresOf(
  { path, array, levels: own }: Truth,
  posterior: Posterior,
  { problem, input: { levels: used, picture, about } }: Plan,
  job: FolderJob,
  warn: (doubt: Doubt) => void,
): Scores | undefined {
  // A measurement in an array was simulated in the levels of its truth.
  const levels = used ?? (picture || about ? undefined : own);
  const truth = { path, array: levels ? intoLevels(array, levels) : array };
  try {
    return scoreAgainst(
      truth,
      estimateOf(posterior, job.estimate ?? defaultEstimate(problem)),
      problem,
      posterior,
    );
  } catch (error) {
    warn({ code: 'truth', message: (error as Error).message });
    return undefined;
  }
}

function figuresOf(posterior: Posterior): Pick<Posterior, Figures> {
  const { samplesPosterior, meanBySolver, capped, effectiveSamples } = posterior;
  const { logEvidence, logEvidenceError, ess, ancestors, diagnostics } = posterior;
  const { misfit, misfitProbability, networkEvaluations, vjps, seconds, networkSeconds } = posterior;
  return {
    ...{ samplesPosterior, meanBySolver, capped, effectiveSamples },
    ...{ logEvidence, logEvidenceError, ess, ancestors, diagnostics },
    ...{ misfit, misfitProbability, networkEvaluations, vjps, seconds, networkSeconds },
  };
}

/** Whether an earlier run finished this item in just this way and its files are as they were. @throws Refusal */
export async function isDone(
  name: string,
  made: Recipe,
  { job, folder }: Shared,
  warn: (doubt: Doubt) => void,
): Promise<boolean> {
  const last = folder.lastDone(name);
  if (last === undefined) return false;
  if (last.key === keyOf(made)) {
    const { changed, missing } = await folder.compare(last);
    // Else it is refused, for somebody may have worked on it.
    if (changed.length > 0 && (job.overwrite || last.digests === undefined)) {
      const message = `${changed.join(' and ')} changed after it was written, so the item is made again`;
      warn({ code: 'changed', message });
    }
    return changed.length + missing.length === 0;
  }
  if (job.force) return false;
  const difference = firstDifference(last.made, made);
  const [before, now] = [difference?.before, difference?.now].map((value) => JSON.stringify(value) ?? 'none');
  const sentence = `was made with ${difference?.name} = ${before}, now asked for with ${now}`;
  throw new Refusal(`${join(job.out, name)} ${sentence}; --force replaces it`);
}
