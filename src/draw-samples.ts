/** Runs a solver: all its samples, with progress, pauses for other work, and a stop. */
import type { Context, Ensemble, Moments, Solver, Task } from '../solvers/solver.js';
import type { FloatArray } from './core/array.js';
import type { RandomSource } from './core/random.js';
import { drawSideBySide } from './core/side-by-side.js';

/** How far a restoration is. */
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

interface Drawing {
  readonly solver: Solver;
  /** That `requireMatch` has let through. */
  readonly task: Task;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly samples: number;
  /** Whether moments are to have variances. */
  readonly variance: boolean;
  /** The streams of sample k. */
  readonly randomOf: (k: number) => RandomSource;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Drawn {
  readonly images: readonly FloatArray[];
  /** Of solvers that know them without samples. */
  readonly moments?: Moments;
  /** Of solvers that come nearer to the mean than a few samples' mean does. */
  readonly estimate?: FloatArray;
  /** Of ensembles. */
  readonly weighting: Partial<Omit<Ensemble, 'samples'>>;
}

/**
 * Moments or an estimate first; chains two side by side; an ensemble, or a point solver's one image, in one run.
 * @throws Error where an image is not finite; the signal's reason when aborted.
 */
export async function drawSamples(drawing: Drawing): Promise<Drawn> {
  const { solver, task, options, samples, randomOf, signal } = drawing;
  const knowing = solver.kind === 'chain' && solver.moments ? solver : undefined;
  const runs = solver.kind === 'chain' ? samples : 1;
  const estimating = solver.kind === 'chain' && samples > 1 ? solver : undefined;
  const meter = progressMeter(runs + (knowing || estimating?.estimate ? 1 : 0), drawing.onProgress);
  const contextOf = (k: number, stop?: AbortSignal): Context => ({
    random: randomOf(k),
    signal: stop,
    async step(step, steps) {
      stop?.throwIfAborted();
      await meter.step(k, step, steps);
      stop?.throwIfAborted();
    },
  });
  if (solver.kind === 'ensemble') {
    const { samples: images, ...weighting } = await solver.run(task, options, {
      ...contextOf(0, signal),
      samples,
    });
    requireFiniteSamples(images, solver);
    return { images, weighting };
  }
  const context = { ...contextOf(runs, signal), random: randomOf(0), variance: drawing.variance };
  const moments = await knowing?.moments?.(task, options, context);
  if (moments) {
    requireFiniteSamples([moments.mean], solver);
    meter.end(runs);
  }
  const estimate = await estimating?.estimate?.(task, options, context);
  if (estimate) requireFiniteSamples([estimate], solver);
  if (estimating?.estimate) meter.end(runs);
  const images = await drawSideBySide(runs, signal, async (k, stop) => {
    const image = await solver.run(task, options, contextOf(k, stop));
    meter.end(k);
    return image;
  });
  requireFiniteSamples(images, solver);
  return { images, moments, estimate, weighting: {} };
}

/** Tells of the steps of `runs` runs, and lets other work of this thread have its turn. */
function progressMeter(runs: number, onProgress?: (progress: Progress) => void) {
  const shares = new Float64Array(runs);
  let fraction = 0;
  const turn = turns();
  const advance = (k: number, share: number) => {
    fraction += (share - shares[k]) / runs;
    shares[k] = share;
  };
  return {
    async step(k: number, step: number, steps: number): Promise<void> {
      advance(k, step / steps);
      onProgress?.({ sample: k, samples: runs, step, steps, fraction });
      await turn();
    },
    end: (k: number) => advance(k, 1),
  };
}

function requireFiniteSamples(images: readonly FloatArray[], solver: Solver): void {
  const lost = images.findIndex(({ data }) => !data.every(Number.isFinite));
  if (lost < 0) return;
  throw new Error(
    `${solver.name} ran away: its sample ${lost} holds values that are not finite; more or smaller steps may help, or another solver`,
  );
}

/** The longest that steps may keep other work on this thread waiting, in milliseconds. */
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
