/**
 * How much memory a restoration will take, before it is begun. A rule of thumb, fitted to peaks that the operating
 * system counted (samples/benchmarks/restore-memory.ts): it is within a third of them, and never decides what is
 * computed.
 */
import type { Prior } from '../models/prior.js';
import { canBeTiled } from '../models/tiles.js';
import type { Solver } from '../solvers/solver.js';
import { requireExtents, requirePrior } from './core/arguments.js';
import { type Shape, sizeOf } from './core/array.js';
import { defaultSamples, wantsVariance } from './defaults.js';
import { chainsAtATime } from './draw-samples.js';

/** What a restoration holds in memory: its problem, its prior and its solver. */
export interface MemoryTask {
  /** [C, H, W] of the restored image. */
  readonly imageShape: Shape;
  readonly solver: Solver;
  /** A tiled prior needs no more than its windows do. */
  readonly prior?: Prior;
  /** Default 4. */
  readonly samples?: number;
  /** How many evaluations are made at a time (default 1). */
  readonly workers?: number;
}

/** Arrays of the image's size that solver, operator, statistics and files hold at a time, and for each sample drawn. */
const ARRAYS = 30;
const ARRAYS_PER_SAMPLE = 3.5;

/** The same of a large image in tiles, whose chains are drawn one after another. */
const ARRAYS_ONE_BY_ONE = 11;
const ARRAYS_PER_SAMPLE_ONE_BY_ONE = 2;

/** The same where the estimate comes from a few evaluations of the network, and nothing else is asked for. */
const ARRAYS_AT_ONCE = 12;

/**
 * Bytes that the work takes at its peak, beside what the process holds already (the prior's weights, say).
 * @example
 * ```ts
 * import { estimateMemory, loadPrior, solvers } from 'retrodict';
 *
 * const prior = await loadPrior('photo');
 * console.log(estimateMemory({ imageShape: [3, 3000, 4000], solver: solvers['diffpir'], prior }) / 1e9, 'GB');
 * ```
 */
export function estimateMemory(task: MemoryTask): number {
  const { imageShape, solver, prior, samples, workers = 1 } = Object(task) as MemoryTask;
  requireExtents(imageShape);
  requirePrior(prior);
  const drawn = solver.kind === 'point' ? 1 : (samples ?? defaultSamples(solver));
  const moments = solver.kind === 'chain' && solver.moments;
  const atOnce = moments && drawn === 0 && !wantsVariance(samples);
  const count =
    chainsAtATime(prior, imageShape) === 1
      ? ARRAYS_ONE_BY_ONE + ARRAYS_PER_SAMPLE_ONE_BY_ONE * drawn
      : ARRAYS + ARRAYS_PER_SAMPLE * drawn;
  const arrays = (atOnce ? ARRAYS_AT_ONCE : count) * 4 * sizeOf(imageShape);
  const [height, width] = imageShape.slice(-2);
  const network = solver.needs.prior === 'none' ? undefined : prior?.footprint?.(height, width);
  if (network === undefined) return arrays;
  const probed = moments && wantsVariance(samples);
  // Parts of an image are seen at a time, too.
  const inParts = prior?.kind === 'diffusion' && prior.inParts !== undefined;
  const atWork = inParts ? workers : Math.min(workers, Math.max(1, drawn));
  if (!solver.needs.priorVjp) return arrays + atWork * (probed ? network.linearize : network.denoise);
  // Two chains are drawn side by side: they take turns in the network, but each keeps what its own gradient needs.
  const share = solver.kind === 'chain' && drawn > atWork ? 1.7 : 1.5;
  return arrays + atWork * share * network.linearize;
}

/** The most workers, up to so many, with which the task stays within the limit; at least one. */
export function workersWithin(task: MemoryTask, most: number, limit: number): number {
  let workers = most;
  while (workers > 1 && estimateMemory({ ...task, workers }) > limit) workers--;
  return workers;
}

/**
 * @param limit bytes that may be used; `held` of them are in use already.
 * @throws Error in one sentence with the figure and what makes it smaller.
 */
export function requireMemory(task: MemoryTask, limit: number, held = 0): void {
  const needed = held + estimateMemory(task);
  if (needed <= limit) return;
  const [height, width] = task.imageShape.slice(-2);
  throw new Error(
    `an image of ${height}×${width} needs about ${gigabytes(needed)} of memory, and the limit is ` +
      `${gigabytes(limit)} (--max-memory raises it); ${smallerWay(task)}`,
  );
}

/** What would need less. */
function smallerWay({ solver, prior, samples = defaultSamples(solver) }: MemoryTask): string {
  const tiling = solver.needs.prior !== 'none' && canBeTiled(prior);
  const fewer = solver.kind !== 'point' && samples > 1;
  if (tiling) return `--tile 512 needs less${fewer ? ', and so do fewer samples' : ''}`;
  return fewer ? 'fewer samples need less' : 'parts of the image need less, each by itself';
}

/** `6.4 GB` */
function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
