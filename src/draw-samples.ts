/** Runs a solver: all its samples, with progress, pauses for other work, and a stop. */

import type { Prior } from '../models/prior.js';
import type {
  ChainSolver,
  Context,
  Ensemble,
  Moments,
  PointSolver,
  Solver,
  Task,
} from '../solvers/solver.js';
import type { FloatArray } from './core/array.js';
import type { RandomSource } from './core/random.js';
import { drawSideBySide } from './core/side-by-side.js';

/** How far a restoration is. */
export interface Progress {
  /** The sample that makes a step, from 0; several are drawn side by side. */
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
  /** How many chains, or particles, are at work at a time. */
  readonly atATime: number;
  /** Whether moments are to have variances. */
  readonly variance: boolean;
  /** Whether what is known without samples is asked for; by default moments, and the estimate of several samples. */
  readonly known?: boolean;
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

/** While one waits for the network, another does its own arithmetic: with two each worker is hardly ever idle. */
export function chainsAtATime(prior: Prior | undefined): number {
  return 2 * (prior?.workers ?? 1);
}

/**
 * Chains side by side, and with them moments or an estimate; an ensemble, or a point solver's one image, in one run.
 * @throws Error where an image is not finite; the signal's reason when aborted.
 */
export async function drawSamples(drawing: Drawing): Promise<Drawn> {
  const { solver, task, options, samples, atATime, signal } = drawing;
  if (solver.kind !== 'ensemble') return drawChains(drawing, solver);
  const context = contextOf(drawing, progressMeter(1, drawing.onProgress), 0, signal);
  const drawn = await solver.run(task, options, { ...context, samples, atATime });
  const { samples: images, ...weighting } = drawn;
  requireFiniteSamples(images, solver);
  return { images, weighting };
}

/** What is known without samples has the streams of the first, begins before it, and is counted after the last. */
async function drawChains(drawing: Drawing, solver: ChainSolver | PointSolver): Promise<Drawn> {
  const { task, options, samples, atATime, randomOf, variance, signal } = drawing;
  const chain = solver.kind === 'chain' ? solver : undefined;
  const runs = chain ? samples : 1;
  const estimating = (drawing.known ?? samples > 1) ? chain?.estimate : undefined;
  const knowing = (drawing.known ?? true) ? chain?.moments : undefined;
  const ahead = knowing || estimating ? 1 : 0;
  const meter = progressMeter(runs + ahead, drawing.onProgress);
  let known: Pick<Drawn, 'moments' | 'estimate'> = {};
  const images = await drawSideBySide(ahead + runs, atATime, signal, async (place, stop) => {
    const k = place < ahead ? runs : place - ahead;
    const context = contextOf(drawing, meter, k, stop);
    if (k === runs) {
      const first = { ...context, random: randomOf(0), variance };
      const moments = await knowing?.(task, options, first);
      known = { moments, estimate: await estimating?.(task, options, first) };
    }
    const image = k < runs ? await solver.run(task, options, context) : undefined;
    meter.end(k);
    return image;
  });
  const drawn = images.slice(ahead) as FloatArray[];
  const { moments, estimate } = known;
  requireFiniteSamples(
    [moments?.mean, estimate].filter((image) => image !== undefined),
    solver,
  );
  requireFiniteSamples(drawn, solver);
  return { images: drawn, ...known, weighting: {} };
}

function contextOf({ randomOf }: Drawing, meter: Meter, k: number, stop?: AbortSignal): Context {
  return {
    random: randomOf(k),
    signal: stop,
    async step(step, steps) {
      stop?.throwIfAborted();
      await meter.step(k, step, steps);
      stop?.throwIfAborted();
    },
  };
}

type Meter = ReturnType<typeof progressMeter>;

/** Tells of the steps of `runs` runs, and lets other work of this thread have its turn. */
export function progressMeter(runs: number, onProgress?: (progress: Progress) => void) {
  const shares = new Float64Array(runs);
  let fraction = 0;
  const turn = turns();
  const advance = (k: number, share: number) => {
    // Particles and tiles may begin in any order.
    if (share < shares[k]) return;
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
