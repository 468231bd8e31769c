/** The main job: measurement + problem + prior + solver → posterior. */

import { type Counters, counted } from '../models/counted.js';
import type { Prior } from '../models/prior.js';
import { withoutOffset } from '../problems/algebra/affine.js';
import { bind } from '../problems/bind.js';
import { devianceOf } from '../problems/noise.js';
import { accept, countObserved } from '../problems/observed.js';
import type { Problem, ProblemSpec } from '../problems/problem.js';
import { recommended, requireMatch } from '../solvers/choose.js';
import { solvers } from '../solvers/index.js';
import type { Context, Solver, Task } from '../solvers/solver.js';
import { contiguous, type FloatArray } from './core/array.js';
import { UsageError, unknownName } from './core/errors.js';
import { parseOptions } from './core/options.js';
import { normalisedWeights, type Summary, summarise } from './core/posterior.js';
import { hashArray, keyedRandom, type Random } from './core/random.js';
import { drawSideBySide } from './core/side-by-side.js';
import { requireMemory } from './memory.js';

export interface RestoreJob {
  /** y, of the problem's measurement shape. */
  readonly measurement: FloatArray;
  /** A bound problem, or a description, which is bound to the measurement's shape here. */
  readonly problem: Problem | ProblemSpec;
  /** Not needed by solvers that use none. */
  readonly prior?: Prior;
  /** Of structured noise: what the measurement holds besides A(x) and the problem's noise. For `joint-diffusion` only. */
  readonly noisePrior?: Prior;
  /** A solver or the name of a shipped one; by default the one that the benchmark recommends for the problem. */
  readonly solver?: Solver | string;
  /** Number of posterior samples N (default 4); a point solver gives one image whatever is asked. */
  readonly samples?: number;
  /** Any integer (default 0). The same seed gives the same answer. */
  readonly seed?: number;
  /** Solver options that differ from the preset of the problem. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Level of the credible interval (default 0.9). */
  readonly level?: number;
  /**
   * Bytes that the work may take, as `estimateMemory` estimates them; no limit by default. It is only looked at before the
   * work and changes no result.
   */
  readonly maxMemory?: number;
  /** Stops after the current step; `restore` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** The sample that makes a step, from 0; two are drawn side by side. */
  readonly sample: number;
  readonly samples: number;
  /** The step that begins, from 0. */
  readonly step: number;
  readonly steps: number;
  /** Share of all samples' steps that is done, 0 to 1. */
  readonly fraction: number;
}

/** What is known of x given y. Arrays are what the problem reports of x, [C, H, W] in [0, 1] units, not clipped. */
export interface Posterior extends Summary {
  readonly samples: readonly FloatArray[];
  /** Which of the samples is one draw from the posterior: the first, or where they have weights one drawn by these. */
  readonly drawn: number;
  /** Unnormalised, for ensembles. */
  readonly logWeights?: readonly number[];
  /** Estimate of log p(y), where the solver gives one. */
  readonly logEvidence?: number;
  /** Of ensembles: effective sample size over time. */
  readonly ess?: readonly number[];
  /** Of ensembles: which of the first particles each sample descends from. */
  readonly ancestors?: readonly number[];
  readonly level: number;
  /**
   * Deviance of each sample's clean measurement per observed value, 2 (log p(y|y) − log p(y|A x))/m: for Gaussian
   * noise ‖y − A x‖²/(m σ²), about 1 for a draw from the posterior of a true model. (Uniform noise has squares instead.)
   */
  readonly misfit: readonly number[];
  readonly networkEvaluations: number;
  readonly vjps: number;
  /** Wall time. */
  readonly seconds: number;
  /** False for methods that optimise rather than sample: their spread is not an uncertainty. */
  readonly calibrated: boolean;
  readonly solver: string;
  /** Effective options: defaults < preset of the problem < what was set. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Draws samples of x given y, two side by side, and summarises them. Sample k depends on the seed, the measurement and k alone.
 * @throws UsageError when problem, prior, solver and options do not fit one another; the signal's reason when aborted.
 */
export async function restore(job: RestoreJob): Promise<Posterior> {
  const { samples: count = 4, seed = 0, level = 0.9, signal } = job;
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`samples must be a whole number from 1, found ${count}`);
  if (!(level > 0 && level < 1)) throw new UsageError(`level must lie between 0 and 1, found ${level}`);
  if (!Number.isInteger(seed)) throw new UsageError(`seed must be a whole number, found ${seed}`);
  const problem =
    'operator' in job.problem
      ? job.problem
      : bind(job.problem, { measurementShape: job.measurement.shape }, { channels: job.prior?.channels });
  const measurement = accept(contiguous(job.measurement), problem.operator);
  requireFinite(measurement);
  const solver = chooseSolver(job.solver, problem, job.noisePrior);
  const options = effectiveOptions(solver, problem, job.options);
  const started = performance.now();
  const counters: Counters = { networkEvaluations: 0, vjps: 0 };
  const usesPrior = solver.needs.prior !== 'none';
  const task = requireMatch<Task>(solver, {
    ...(solver.needs.linear ? await withoutOffset(problem, measurement) : { problem, measurement }),
    prior: usesPrior && job.prior ? counted(job.prior, counters) : undefined,
    noisePrior: job.noisePrior && counted(job.noisePrior, counters),
  });
  requirePossible(measurement, problem);
  if (job.maxMemory !== undefined) {
    requireMemory({ ...job, imageShape: problem.imageShape, solver }, job.maxMemory);
  }

  const item = await hashArray(measurement);
  const runs = solver.kind === 'chain' ? count : 1;
  const shares = new Float64Array(runs);
  let fraction = 0;
  const turn = turns();
  const contextOf = (k: number, signal?: AbortSignal): Context => ({
    random: keyedRandom(seed, item, k),
    signal,
    async step(step, steps) {
      signal?.throwIfAborted();
      fraction += (step / steps - shares[k]) / runs;
      shares[k] = step / steps;
      job.onProgress?.({ sample: k, samples: runs, step, steps, fraction });
      await turn();
      signal?.throwIfAborted();
    },
  });

  let images: readonly FloatArray[];
  let weighting: Pick<Posterior, 'logWeights' | 'logEvidence' | 'ess' | 'ancestors'> = {};
  if (solver.kind === 'ensemble') {
    const { samples, ...rest } = await solver.run(task, options, { ...contextOf(0, signal), samples: count });
    images = samples;
    weighting = rest;
  } else {
    images = await drawSideBySide(runs, signal, async (k, stop) => {
      const image = await solver.run(task, options, contextOf(k, stop));
      fraction += (1 - shares[k]) / runs;
      return image;
    });
  }

  const lost = images.findIndex(({ data }) => !data.every(Number.isFinite));
  if (lost >= 0) {
    throw new Error(
      `${solver.name} ran away: its sample ${lost} holds values that are not finite; more or smaller steps may help, or another solver`,
    );
  }
  const misfit: number[] = [];
  // Where the measurement holds structured noise besides, x alone does not say what it should be.
  if (!job.noisePrior) for (const image of images) misfit.push(await deviance(image, measurement, problem));
  const reported = images.map((image) => problem.report(image));
  return {
    ...summarise(reported, level, weighting.logWeights),
    ...weighting,
    samples: reported,
    drawn: weighting.logWeights ? drawByWeight(weighting.logWeights, keyedRandom(seed, item, 0)('drawn')) : 0,
    level,
    misfit,
    ...counters,
    seconds: (performance.now() - started) / 1000,
    calibrated: solver.calibrated,
    solver: solver.name,
    options,
  };
}

/** The solver asked for, by name or as an object; without one, the recommended one. @throws UsageError */
export function chooseSolver(
  solver: Solver | string | undefined,
  problem: Problem,
  noisePrior?: Prior,
): Solver {
  if (typeof solver === 'object') return solver;
  const name = solver ?? recommended(problem, noisePrior);
  const found = Object.hasOwn(solvers, name) ? solvers[name] : undefined;
  if (found === undefined) throw unknownName('solver', name, Object.keys(solvers));
  return found;
}

/**
 * Schema defaults < preset of the problem < what the user sets.
 * @throws UsageError that names the option, what was found and what was expected.
 */
export function effectiveOptions(
  solver: Solver,
  problem: Problem,
  set: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return parseOptions(solver.options, `solver ${solver.name}`, set, presetOf(solver, problem));
}

/** The preset of the problem with an option that it has, else of the problem. */
function presetOf({ presets }: Solver, { name, spec }: Problem): Solver['presets'][string] | undefined {
  const options = Object.keys(spec.operators.at(-1)?.options ?? {});
  const special = options.map((option) => `${name}:${option}`).find((key) => Object.hasOwn(presets, key));
  return presets[special ?? name];
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

async function deviance(image: FloatArray, measurement: FloatArray, problem: Problem): Promise<number> {
  const clean = await problem.operator.apply(image);
  return devianceOf(problem.noise, clean, measurement) / countObserved(problem.operator);
}

function drawByWeight(logWeights: readonly number[], random: Random): number {
  const uniform = random.uniform();
  let cumulative = 0;
  return normalisedWeights(logWeights.length, logWeights).findIndex((weight) => {
    cumulative += weight;
    return uniform < cumulative;
  });
}

/** The longest that steps may keep other work on this thread waiting, in milliseconds (DESIGN §2). */
const TURN = 15;

/** Lets other work of this thread have a turn where the last was too long ago, whichever chain took it. */
function turns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
