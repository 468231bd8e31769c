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
import { type FloatArray, type Shape, sizeOf } from './core/array.js';
import type { Checkpoint, Keeper, State } from './core/checkpoints.js';
import type { RandomSource } from './core/random.js';
import { drawSideBySide } from './core/side-by-side.js';
import { ensembleOf, ensembleState } from './ensemble-state.js';

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
  /** Where what is drawn is kept. */
  readonly keeper?: Keeper;
}

export interface Drawn {
  /** Whoever is given them may take them out. */
  readonly images: FloatArray[];
  /** Of solvers that know them without samples. */
  readonly moments?: Moments;
  /** Of solvers that come nearer to the mean than a few samples' mean does. */
  readonly estimate?: FloatArray;
  /** Of ensembles. */
  readonly weighting: Partial<Omit<Ensemble, 'samples'>>;
}

/** While one waits for the network, another does its own arithmetic: with two each worker is hardly ever idle. */
export function chainsAtATime(prior: Prior | undefined, imageShape: Shape): number {
  const inParts = prior?.kind === 'diffusion' && prior.inParts !== undefined;
  // Its parts keep all workers busy, and each chain holds several arrays of the image's size.
  if (inParts && sizeOf(imageShape) > LARGE) return 1;
  return 2 * (prior?.workers ?? 1);
}

/** Values of an image, of which one after another is drawn in tiles. */
const LARGE = 2 ** 22;

/**
 * Chains side by side, and with them moments or an estimate; an ensemble, or a point solver's one image, in one run.
 * @throws Error where an image is not finite; the signal's reason when aborted.
 */
export async function drawSamples(drawing: Drawing): Promise<Drawn> {
  const { solver, task, options, samples, atATime, signal } = drawing;
  if (solver.kind !== 'ensemble') return drawChains(drawing, solver);
  const meter = progressMeter(1, drawing.onProgress);
  const drawn = await piece(drawing, meter, 0, signal, 'ensemble', async (context) =>
    ensembleState(await solver.run(task, options, { ...context, samples, atATime })),
  );
  const { samples: images, ...weighting } = ensembleOf(drawn);
  requireFiniteSamples(images, solver);
  return { images: [...images], weighting };
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
  const pieces = await drawSideBySide(ahead + runs, atATime, signal, async (place, stop) => {
    const k = place < ahead ? runs : place - ahead;
    return piece(drawing, meter, k, stop, k === runs ? 'known' : `sample ${k}`, async (context) => {
      if (k < runs) return { image: await solver.run(task, options, context) };
      const first = { ...context, random: randomOf(0), variance };
      const moments = await knowing?.(task, options, first);
      return stateOf({ ...moments, estimate: await estimating?.(task, options, first) });
    });
  });
  const drawn = pieces.slice(ahead).map(({ image }) => image);
  const { mean, variance: spread, estimate }: Partial<State> = ahead ? pieces[0] : {};
  const known = { moments: mean && { mean, variance: spread }, estimate };
  requireFiniteSamples(
    [mean, estimate].filter((image) => image !== undefined),
    solver,
  );
  requireFiniteSamples(drawn, solver);
  return { images: drawn, ...known, weighting: {} };
}

/** Those that are there. */
function stateOf(arrays: Readonly<Record<string, FloatArray | undefined>>): State {
  const there = Object.entries(arrays).filter(
    (entry): entry is [string, FloatArray] => entry[1] !== undefined,
  );
  return Object.fromEntries(there);
}

/** A piece of the work that an earlier run may have done, or begun. */
async function piece(
  drawing: Drawing,
  meter: Meter,
  k: number,
  stop: AbortSignal | undefined,
  name: string,
  work: (context: Context) => Promise<State>,
): Promise<State> {
  const { keeper } = drawing;
  const kept = await keeper?.load(name);
  const context = contextOf(drawing, meter, k, stop, keeper && { keeper, name, kept });
  const given = await done(keeper, name, kept, () => work(context));
  meter.end(k);
  return given;
}

async function done(
  keeper: Keeper | undefined,
  name: string,
  kept: Checkpoint | undefined,
  work: () => Promise<State>,
): Promise<State> {
  if (kept && kept.step === undefined) return kept.state;
  const given = await work();
  await keeper?.save(name, { state: given });
  return given;
}

interface Kept {
  readonly keeper: Keeper;
  readonly name: string;
  readonly kept?: Checkpoint;
}

function contextOf(
  drawing: Drawing,
  meter: Meter,
  k: number,
  stop?: AbortSignal,
  { keeper, name, kept }: Partial<Kept> = {},
): Context {
  return {
    random: drawing.randomOf(k),
    signal: stop,
    async step(step, steps, state) {
      stop?.throwIfAborted();
      if (state && keeper) {
        await keeper.save(name!, { step, state: typeof state === 'function' ? state() : state });
      }
      await meter.step(k, step, steps);
      stop?.throwIfAborted();
    },
    resumed: kept?.step === undefined ? undefined : { step: kept.step, state: kept.state },
    async once(part, work) {
      const whole = `${name}, ${part}`;
      const kept = await keeper?.load(whole);
      const context = contextOf(drawing, meter, k, stop, keeper && { keeper, name: whole, kept });
      return done(keeper, whole, kept, () => work(context));
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
