/** The main job: measurement + problem + prior + solver → posterior. */

import { BusyClock } from '../models/busy-clock.js';
import type { Cap } from '../models/cap.js';
import { weightsOf } from '../models/card-file.js';
import { type Counters, counted } from '../models/counted.js';
import type { Prior } from '../models/prior.js';
import { withoutOffset } from '../problems/algebra/affine.js';
import { bind } from '../problems/bind.js';
import { withFiniteOperator } from '../problems/finite.js';
import { misfitsTo } from '../problems/misfit.js';
import { countObserved, zeroHoles } from '../problems/observed.js';
import { misfitProbability } from '../problems/predictive-check.js';
import type { FoundOperator, Problem, ProblemSpec } from '../problems/problem.js';
import { roundingAsNoise } from '../problems/rounded.js';
import { whitened } from '../problems/whitened.js';
import { chooseSolver, effectiveOptions, requireMatch, withRemaining } from '../solvers/choose.js';
import type { Solver, Task } from '../solvers/solver.js';
import type { Bootstrap } from './bootstrap.js';
import { type Calibrated, type Calibrating, calibratedInterval } from './calibrated.js';
import { levelOf, type Restoration, unfitFor } from './calibration-card.js';
import { cappedSummary, requireCappable } from './capped.js';
import { requireArray, requirePrior, requireProblem } from './core/arguments.js';
import { contiguous, type FloatArray, floatArray } from './core/array.js';
import type { Checkpoints, Cost, Keeper } from './core/checkpoints.js';
import { UsageError } from './core/errors.js';
import { evidenceError } from './core/evidence-error.js';
import { normalisedWeights, type Summary, summarise, summariseMoments } from './core/posterior.js';
import { hashArray, keyedRandom, type Random, type RandomSource } from './core/random.js';
import { withoutStrays } from './core/strays.js';
import { defaultSamples, defaults, drawnSamples, wantsVariance } from './defaults.js';
import { chainsAtATime, type Drawn, drawSamples, type Progress } from './draw-samples.js';
import { requireMeasured } from './epistemic.js';
import { requireMemory } from './memory.js';
import {
  type Again,
  type Draw,
  type Measured,
  onceMore,
  portionOf,
  requireRounds,
  roundsOf,
} from './once-more.js';
import { type DrawnRange, inOrder, joined, requireRange, type SampleRange } from './sample-range.js';

/** What is to be restored, and how. */
export interface RestoreJob {
  /** y, of the problem's measurement shape. */
  readonly measurement: FloatArray;
  /** A bound problem, or a description, which is bound to the measurement's shape here. */
  readonly problem: Problem | ProblemSpec;
  /** Not needed by solvers that use none. */
  readonly prior?: Prior;
  /** Of structured noise: what the measurement holds besides A(x) and the noise. For `joint-diffusion` only. */
  readonly noisePrior?: Prior;
  /** A solver or the name of a shipped one; by default the one that the benchmark recommends for the problem. */
  readonly solver?: Solver | string;
  /**
   * Chooses the solver whose spread is that of what is not known, in place of the quicker one with the better estimate
   * (default false). Not together with `solver`.
   */
  readonly uncertainty?: boolean;
  /**
   * Number of posterior samples N (default 4); a point solver gives one image whatever is asked. A solver that knows
   * mean and variance by itself (`moments`: tweedie) draws none by default; with 0 or 1 it gives the mean alone, at
   * once, and no uncertainty.
   */
  readonly samples?: number;
  /** Any integer (default 0). The same seed gives the same answer. */
  readonly seed?: number;
  /** Solver options that differ from the preset of the problem. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Level of the credible interval (default 0.9). */
  readonly level?: number;
  /** Makes the interval one that holds what it says; by default it is the solver's own. */
  readonly calibration?: Calibrating;
  /**
   * Rounds of the equivariant bootstrap (default 0: none), each as much work as the restoration itself. They tell how
   * far the mean may be off, of point solvers too.
   */
  readonly bootstrap?: number;
  /** Tells how far the image of a point solver is off, by a network that was trained to (`loadCap`). */
  readonly cap?: Cap;
  /**
   * How many other networks are asked (default 0: none), each as much work as the restoration itself: weights of the
   * prior's last layer as likely as its own, where its card has measured them. `tweedie` knows the answer at once.
   */
  readonly epistemic?: number;
  /** All samples, as `drawRange` drew them elsewhere: nothing is drawn here. */
  readonly ranges?: readonly DrawnRange[];
  /**
   * Bytes that the work may take, as `estimateMemory` estimates them; no limit by default. It is only looked at before
   * the work and changes no result.
   */
  readonly maxMemory?: number;
  /**
   * How many chains, or particles, are at work at a time; two for each of the prior's workers by default, so that one
   * computes while the network runs for the other. It changes no result.
   */
  readonly atATime?: number;
  /** Where the work is kept while it goes on; what an earlier run kept there is not done again. */
  readonly checkpoints?: Checkpoints;
  /** Stops after the current step; `restore` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told of every step of every sample. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What is known of x given y. Arrays are what the problem reports of x, [C, H, W] in [0, 1] units, not clipped. */
export interface Posterior extends Summary, Cost {
  readonly samples: readonly FloatArray[];
  /** Whether the solver made the mean by itself (`moments`, `estimate`): it is not that of the samples. */
  readonly meanBySolver: boolean;
  /**
   * Which of the samples is one draw from the posterior: the first, or where they have weights one drawn by these.
   * Where images that are far apart explain the measurement (`ambiguous` operators), that of the least misfit.
   */
  readonly drawn: number;
  /** Unnormalised; of ensembles, and where there are strays. */
  readonly logWeights?: readonly number[];
  /** Estimate of log p(y), where the solver gives one. */
  readonly logEvidence?: number;
  /** Its standard error, nats, where particles have ancestors; near 1 it says that nothing is known of it. */
  readonly logEvidenceError?: number;
  /** Of ensembles: effective sample size over time. */
  readonly ess?: readonly number[];
  /** Of ensembles: which of the first particles each sample descends from. */
  readonly ancestors?: readonly number[];
  /** Of solvers that tell of themselves: what `docs/solvers.md` says. */
  readonly diagnostics?: Readonly<Record<string, readonly number[]>>;
  readonly level: number;
  /**
   * Deviance of each sample's clean measurement per observed value, 2 (log p(y|y) − log p(y|A x))/m: for Gaussian noise
   * ‖y − A x‖²/(m σ²), about 1 for a draw from the posterior of a true model. (Uniform noise has squares instead.) Of
   * the mean, where there are no samples.
   */
  readonly misfit: readonly number[];
  /**
   * How many samples do not explain the measurement though others do: they have no weight in mean, median and spread
   * (`logWeights`).
   */
  readonly strays: number;
  /**
   * The chance that a measurement of images like the samples has at least this misfit, averaged over them: near 0 they
   * do not explain it, near 1 they follow its noise. Of samples of the posterior only.
   */
  readonly misfitProbability?: number;
  /** How far the mean may be off, where rounds of the bootstrap were asked for. It is no spread of the posterior. */
  readonly bootstrap?: Bootstrap;
  /**
   * Of what the network itself does not know: the standard deviation of the mean, value by value, where it was asked
   * for. It comes besides the spread of the posterior, and is no part of it.
   */
  readonly epistemic?: FloatArray;
  /** False for methods that optimise rather than sample: their spread is not an uncertainty. */
  readonly samplesPosterior: boolean;
  /** The prior whose cap told sd, lower and upper of a point solver's image. */
  readonly capped?: string;
  readonly solver: string;
  /** What `lower` and `upper` promise; absent where they are the solver's own, and promise nothing. */
  readonly calibration?: Calibrated;
  /** What the measurement told of the operator, where that was not given: its options, and maps by option, [H, W]. */
  readonly found?: Pick<FoundOperator, 'options' | 'files'>;
  /** Effective options: defaults < preset of the problem < what was set. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Draws samples of x given y, several side by side, and summarises them. Sample k depends on the seed, the measurement
 * and k alone.
 * @throws UsageError when problem, prior, solver and options do not fit one another; the signal's reason when aborted.
 * @example
 * ```ts
 * import { loadPrior, problem, readPicture, restore } from 'retrodict';
 *
 * const { image } = await readPicture('blurred.png');
 * const prior = await loadPrior('photo');
 * const posterior = await restore({
 *   measurement: image,
 *   problem: problem('gaussian-blur:sigma=1.6', 'gaussian:sigma=2/255'),
 *   prior,
 *   samples: 8,
 * });
 * console.log(posterior.mean.shape, posterior.misfit);
 * await prior.close();
 * ```
 */
export async function restore(job: RestoreJob): Promise<Posterior> {
  const { ranges: given } = Object(job) as Partial<RestoreJob>;
  const ranges = given && inOrder(given, 'this restoration');
  const work = await prepared({ ...job, ranges, samples: ranges?.at(-1)?.to ?? job?.samples });
  const { solver, options, samples, counters, started } = work;
  const told = portionOf(job.onProgress, 0, 1 / (1 + roundsOf(work)));
  const { measured, onProgress } = await lookedAtAgain(work, told);
  const all = ranges ? joined(ranges) : await work.draw(measured, samples, onProgress);
  // Where the measurement holds structured noise besides, x alone does not say what it should be.
  const misfit = work.noisePrior ? [] : await misfitOf(all, measured);
  const { drawn, strays } = leavingOutStrays(all, misfit, measured.problem);
  const looked = await lookedOver(drawn, measured, work, misfit);
  return {
    ...summaryOf(drawn, measured.problem, work, misfit),
    ...looked,
    misfit,
    strays,
    ...foundIn(measured),
    level: work.level,
    ...costOf(ranges ?? [], counters, started),
    samplesPosterior: solver.samplesPosterior,
    ...(job.cap && { capped: job.cap.name }),
    solver: solver.name,
    options,
  };
}

/**
 * Draws some of the samples that `restore` draws, so that several machines may share one restoration: `restore` with
 * `ranges` gives what one run gives, bit by bit.
 * @throws UsageError as `restore`, and where the solver's samples cannot be drawn by themselves.
 * @example
 * ```ts
 * import { drawRange, loadPrior, problem, readPicture, restore } from 'retrodict';
 *
 * const { image } = await readPicture('blurred.png');
 * const prior = await loadPrior('photo');
 * const spec = problem('gaussian-blur:sigma=1.6', 'gaussian:sigma=2/255');
 * const job = { measurement: image, problem: spec, prior };
 * const ranges = [await drawRange(job, { from: 0, to: 2 }), await drawRange(job, { from: 2, to: 4 })];
 * console.log((await restore({ ...job, ranges })).mean.shape);
 * await prior.close();
 * ```
 */
export async function drawRange(job: RestoreJob, range: SampleRange): Promise<DrawnRange> {
  const { from, to } = Object(range) as SampleRange;
  const work = await prepared({ ...job, samples: to }, { from, to });
  const { measured, onProgress, looked } = await lookedAtAgain(work, job.onProgress);
  const { images, moments, estimate } = await work.draw(measured, to - from, onProgress, {
    randomOf: (k) => work.randomOf(from + k),
    variance: true,
    known: from === 0,
  });
  return { from, to, images, moments, estimate, looked, ...costOf([], work.counters, work.started) };
}

type Counted = Required<Counters>;

/** A restoration that is checked and can begin. */
interface Work extends Omit<RestoreJob, keyof Again>, Again {
  readonly given: Measured;
  readonly counters: Counted;
  readonly started: number;
  readonly randomOf: (k: number) => RandomSource;
}

/** @throws UsageError when problem, prior, solver and options do not fit one another. */
async function prepared(job: RestoreJob, range?: SampleRange): Promise<Work> {
  requireArguments(job);
  const { seed = defaults.seed, level = defaults.level } = job;
  const given = measuredOf(job);
  const { measurement, problem } = given;
  const solver = chooseSolver(job.solver, problem, job);
  const options = effectiveOptions(solver, problem, job.options);
  if (range) requireRange(range, solver, job);
  const samples = job.samples ?? defaultSamples(solver);
  requireSamples(samples, solver);
  if (job.calibration) requireFit(job.calibration, { ...job, solver, options, samples }, problem);
  if (job.epistemic) requireMeasured(job.prior, solver);
  if (job.cap) requireCappable(job.cap, problem, solver);
  if (job.cap && job.calibration)
    throw new UsageError('a cap and a calibration give two intervals: take one');
  const counters = countersFrom(job.checkpoints?.spent);
  const started = performance.now() - 1000 * (job.checkpoints?.spent?.seconds ?? 0);
  requirePossible(measurement, problem);
  if (job.maxMemory !== undefined) {
    requireMemory({ ...job, imageShape: problem.imageShape, solver }, job.maxMemory);
  }
  const item = await hashArray(measurement);
  const randomOf = (k: number) => keyedRandom(seed, item, k);
  const variance = wantsVariance(job.samples);
  const { atATime = chainsAtATime(job.prior, problem.imageShape) } = job;
  const taskOf = (measured: Measured, prior = job.prior) =>
    taskFor(solver, measured, { ...job, prior }, counters);
  const keeperOf = keepers(job.checkpoints, () => costOf([], counters, started));
  const draw: Draw = async (measured, count, onProgress, { prior, round = '', ...own } = {}) => {
    const task = await taskOf(measured, prior);
    return drawSamples({
      ...job,
      ...{ solver, task, options, variance, atATime, randomOf, onProgress },
      ...{ samples: count, keeper: keeperOf(round) },
      ...own,
    }).catch((error) => {
      throw withRemaining(error, solver, task);
    });
  };
  const work = { ...job, solver, options, samples, seed, level, item, draw, taskOf };
  return { ...work, given, counters, started, randomOf };
}

/** What is found out about the images themselves: of a large one there is no room for the summary meanwhile. */
async function lookedOver(drawn: Drawn, measured: Measured, work: Work, misfit: readonly number[]) {
  const { cap, level, signal, solver, randomOf } = work;
  return {
    ...(await checked(solver, drawn, measured, misfit, randomOf)),
    ...(cap && (await cappedSummary(drawn.images[0], measured.problem, cap, level, signal))),
    ...(await onceMore(drawn, measured, work)),
  };
}

/** What the samples say of what the problem reports. @param drawn is used up. */
function summaryOf(drawn: Drawn, problem: Problem, work: Work, misfit: readonly number[]) {
  const { level, calibration, solver, randomOf } = work;
  const summary = reported(drawn, problem, level, randomOf, misfit);
  const judged = { ...summary, misfit, samples: drawnSamples(solver, work.samples) };
  return { ...summary, ...(calibration && calibratedInterval(judged, problem, level, calibration)) };
}

function countersFrom(spent: Cost | undefined): Counted {
  const { networkEvaluations = 0, vjps = 0, networkSeconds = 0 } = spent ?? {};
  const clock = new BusyClock();
  clock.busy = 1000 * networkSeconds;
  return { networkEvaluations, vjps, clock };
}

/** Of each drawing, by its name. */
function keepers(checkpoints: Checkpoints | undefined, spent: () => Cost) {
  return (drawing: string): Keeper | undefined =>
    checkpoints && {
      load: (name) => checkpoints.load(drawing + name),
      save: (name, checkpoint) => checkpoints.save(drawing + name, checkpoint, spent()),
    };
}

/** What was spent here and, of samples that were drawn elsewhere, there. */
function costOf(ranges: readonly DrawnRange[], counters: Counted, started: number): Cost {
  const { networkEvaluations, vjps, clock } = counters;
  const seconds = (performance.now() - started) / 1000;
  const here = { networkEvaluations, vjps, networkSeconds: clock.busy / 1000, seconds };
  return ranges.reduce(
    (sum, range) => ({
      networkEvaluations: sum.networkEvaluations + range.networkEvaluations,
      vjps: sum.vjps + range.vjps,
      networkSeconds: sum.networkSeconds + range.networkSeconds,
      seconds: sum.seconds + range.seconds,
    }),
    here,
  );
}

/**
 * Where the operator was found from the measurement, its noise misled: a first image, of one sample, says what the
 * measurement is without noise, and the operator is found from that.
 */
async function lookedAtAgain(
  { given, solver, samples, ranges, draw }: Work,
  onProgress: RestoreJob['onProgress'],
): Promise<{ measured: Measured; onProgress: RestoreJob['onProgress']; looked?: FloatArray }> {
  const { measurement, problem } = given;
  if (problem.found === undefined) return { measured: given, onProgress };
  const count = solver.kind === 'point' ? 1 : samples;
  const share = 1 / (1 + Math.max(count, 1));
  const first = async () => {
    const told = portionOf(onProgress, 0, share);
    const { images, moments } = await draw(given, Math.min(count, 1), told, { round: 'looked: ' });
    return moments?.mean ?? images[0];
  };
  const looked = ranges?.[0].looked ?? (await first());
  const clean = await problem.operator.apply(looked);
  return {
    measured: { measurement, problem: withFiniteOperator(problem.found.again(clean)) },
    onProgress: portionOf(onProgress, share, 1 - share),
    looked,
  };
}

function foundIn({ problem: { found } }: Measured): Pick<Posterior, 'found'> {
  return found ? { found: { options: found.options, files: found.files } } : {};
}

/** The problem, bound where it is a description, and the measurement without what was not observed. */
function measuredOf(job: RestoreJob): Measured {
  const problem = withFiniteOperator(
    'operator' in job.problem
      ? job.problem
      : bind(
          job.problem,
          { measurementShape: job.measurement.shape },
          { channels: job.prior?.channels, measurement: contiguous(job.measurement) },
        ),
  );
  const { data, shape } = contiguous(job.measurement);
  // A copy: the caller's array may change while the work goes on.
  const measurement = zeroHoles(floatArray(data.slice(), shape), problem.operator);
  requireFinite(measurement);
  return { measurement, problem };
}

/** Priors that count, white noise for correlated, and a linear operator where one is asked for and can be had. */
async function taskFor(
  solver: Solver,
  measured: Measured,
  { prior, noisePrior }: RestoreJob,
  counters: Counters,
): Promise<Task> {
  const { needs } = solver;
  const asItIs = needs.noise === 'octaves' || needs.identity;
  const white = asItIs ? measured : whitened(measured.problem, measured.measurement, needs.photons);
  return requireMatch<Task>(solver, {
    ...(needs.linear ? await linearised(white) : white),
    prior: needs.prior !== 'none' && prior ? counted(prior, counters) : undefined,
    noisePrior: noisePrior && counted(noisePrior, counters),
  });
}

/** A linear operator where a constant, or a rounding, is all that is in the way. */
async function linearised(measured: Measured): Promise<Measured> {
  const { problem, measurement } = await roundingAsNoise(measured.problem, measured.measurement);
  return withoutOffset(problem, measurement);
}

/** @param drawn its images give way to what is reported of them. */
function reported(
  { images, moments, estimate, weighting }: Drawn,
  problem: Problem,
  level: number,
  randomOf: (k: number) => RandomSource,
  misfit: readonly number[],
) {
  const samples: FloatArray[] = [];
  for (let image = images.shift(); image; image = images.shift()) samples.push(problem.report(image));
  const { logWeights, logEvidence, ancestors } = weighting;
  const chosen = () => {
    if (problem.operator.ambiguous && misfit.length > 0)
      return Math.max(0, misfit.indexOf(Math.min(...misfit)));
    return logWeights ? drawByWeight(logWeights, randomOf(0)('drawn')) : 0;
  };
  const weighed = logEvidence !== undefined && ancestors !== undefined && logWeights !== undefined;
  return {
    ...(moments
      ? summariseMoments(problem.report(moments.mean), moments.variance, level, samples.length)
      : summarise(samples, level, logWeights, estimate && problem.report(estimate))),
    meanBySolver: moments !== undefined || estimate !== undefined,
    ...weighting,
    ...(weighed ? { logEvidenceError: evidenceError(ancestors, logWeights) } : {}),
    samples,
    drawn: chosen(),
  };
}

/** Without samples the mean is what agrees with the data, or does not. */
async function misfitOf({ images, moments }: Drawn, { measurement, problem }: Measured): Promise<number[]> {
  const judged = moments && images.length === 0 ? [moments.mean] : images;
  return misfitsTo(problem, judged, measurement);
}

/** Equal samples of which some do not explain the measurement, though others do: these have no weight. */
function leavingOutStrays(drawn: Drawn, misfit: readonly number[], { operator }: Problem) {
  const equal = drawn.weighting.logWeights === undefined && misfit.length === drawn.images.length;
  const logWeights = equal ? withoutStrays(misfit, countObserved(operator)) : undefined;
  if (!logWeights) return { drawn, strays: 0 };
  const strays = logWeights.filter((weight) => weight !== 0).length;
  return { drawn: { ...drawn, weighting: { ...drawn.weighting, logWeights } }, strays };
}

/** Of draws from the posterior, by their weights. */
async function checked(
  { samplesPosterior }: Solver,
  { images, weighting }: Drawn,
  { problem }: Measured,
  misfit: readonly number[],
  randomOf: (k: number) => RandomSource,
): Promise<Pick<Posterior, 'misfitProbability'>> {
  if (!samplesPosterior || images.length === 0 || misfit.length !== images.length) return {};
  const weights = normalisedWeights(images.length, weighting.logWeights);
  let total = 0;
  for (const [k, image] of images.entries()) {
    const chance = await misfitProbability(problem, image, misfit[k], randomOf(k));
    if (chance === undefined) return {};
    total += weights[k] * chance;
  }
  return { misfitProbability: total };
}

function drawByWeight(logWeights: readonly number[], random: Random): number {
  const uniform = random.uniform();
  let cumulative = 0;
  return normalisedWeights(logWeights.length, logWeights).findIndex((weight) => {
    cumulative += weight;
    return uniform < cumulative;
  });
}

function requireArguments(job: RestoreJob): void {
  const given = Object(job) as RestoreJob;
  const { measurement, problem, prior, noisePrior } = given;
  requireInRange(given);
  requireRounds(given);
  requireAtATime(given);
  requireArray(measurement, 'the measurement');
  requireProblem(problem);
  requirePrior(prior);
  requirePrior(noisePrior);
}

function requireAtATime({ atATime = 1 }: RestoreJob): void {
  if (Number.isInteger(atATime) && atATime >= 1) return;
  throw new UsageError(`atATime must be a whole number of chains from 1, found ${atATime}`);
}

function requireSamples(samples: number, solver: Solver): void {
  const least = solver.kind === 'point' ? 0 : Math.min(defaultSamples(solver), 1);
  if (Number.isInteger(samples) && samples >= least) return;
  throw new UsageError(
    `samples must be a whole number from ${least} for solver ${solver.name}, found ${samples}`,
  );
}

/** @throws UsageError where the calibration is of something else, or has not this level. */
function requireFit(
  { card, promise = 'average' }: Calibrating,
  {
    solver,
    options,
    prior,
    samples,
    level = defaults.level,
  }: RestoreJob & { solver: Solver; options: Restoration['options'] },
  problem: Problem,
): void {
  levelOf(card, level, promise, 'the calibration');
  const weights = solver.needs.prior === 'none' ? [] : weightsOf(prior);
  const restoration = { solver: solver.name, weights, samples: drawnSamples(solver, samples), options };
  // Files that a problem names, and versions of solvers, are known to those who read them.
  const { files, solverVersion } = card;
  const unfit = unfitFor(card, { ...restoration, problem: problem.spec, files, solverVersion });
  if (unfit !== undefined) throw new UsageError(`the calibration does not fit: ${unfit}`);
}

function requireInRange({
  seed = defaults.seed,
  level = defaults.level,
}: Pick<RestoreJob, 'seed' | 'level'>): void {
  if (!(level > 0 && level < 1)) throw new UsageError(`level must lie between 0 and 1, found ${level}`);
  if (!Number.isInteger(seed)) throw new UsageError(`seed must be a whole number, found ${seed}`);
}

function requireFinite(measurement: FloatArray): void {
  const bad = measurement.data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new UsageError(`value ${bad} of the measurement is ${measurement.data[bad]}, not a finite number`);
}

/** Negative values with Rician noise, say: no image is likely then, and none less so than another. */
function requirePossible(measurement: FloatArray, { noise }: Problem): void {
  if (Number.isFinite(noise.logLikelihood(measurement, measurement))) return;
  throw new UsageError(`the measurement holds values that ${noise.name} noise never gives`);
}
