/** A restoration done once more: of its estimate measured anew, or by a network that is as likely. */
import type { Prior } from '../models/prior.js';
import type { Problem } from '../problems/problem.js';
import type { Solver, Task } from '../solvers/solver.js';
import { type Bootstrap, bootstrap } from './bootstrap.js';
import { type FloatArray, sameShape, zeros } from './core/array.js';
import { UsageError } from './core/errors.js';
import { normalisedWeights } from './core/posterior.js';
import type { RandomSource } from './core/random.js';
import { defaults } from './defaults.js';
import type { Drawn, Progress } from './draw-samples.js';
import { requireMeasured, weightSpread } from './epistemic.js';

export type Measured = Pick<Task, 'measurement' | 'problem'>;

type OnProgress = ((progress: Progress) => void) | undefined;

/** Draws samples. @param own what differs from the first time. */
export type Draw = (
  measured: Measured,
  samples: number,
  onProgress: OnProgress,
  own?: {
    readonly randomOf?: (k: number) => RandomSource;
    readonly variance?: boolean;
    readonly prior?: Prior;
    readonly known?: boolean;
    /** Tells it from the first drawing, where its samples are kept. */
    readonly round?: string;
  },
) => Promise<Drawn>;

/** What is asked for besides. */
interface Rounds {
  readonly bootstrap?: number;
  readonly epistemic?: number;
  readonly noisePrior?: Prior;
}

/** A restoration that can be done once more. */
export interface Again extends Rounds {
  readonly solver: Solver;
  readonly prior?: Prior;
  readonly options: Readonly<Record<string, unknown>>;
  readonly samples: number;
  readonly seed: number;
  readonly level: number;
  readonly item: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly draw: Draw;
  taskOf(measured: Measured): Promise<Task>;
}

/** @throws UsageError where they are no number, or structured noise could not be drawn anew. */
export function requireRounds(job: Rounds): void {
  for (const name of ['bootstrap', 'epistemic'] as const) {
    const rounds = job[name] ?? defaults[name];
    if (Number.isInteger(rounds) && rounds >= 0) continue;
    throw new UsageError(`${name} must be a whole number of rounds from 0, found ${rounds}`);
  }
  if (job.bootstrap && job.noisePrior) {
    throw new UsageError('the bootstrap measures anew, which it cannot where a prior of the noise is given');
  }
}

/** How many restorations there are besides the first. */
export function roundsOf(again: Again): number {
  const { bootstrap: anew = defaults.bootstrap, epistemic = defaults.epistemic, solver } = again;
  return anew + (knowsDeviation(solver) ? 0 : epistemic);
}

/** Tells of a part of the work as a part: from `from` on, `share` of the whole. */
export function portionOf(onProgress: OnProgress, from: number, share: number): OnProgress {
  return onProgress && ((told) => onProgress({ ...told, fraction: from + share * told.fraction }));
}

/** What the rounds that are asked for tell, of the mean of what was drawn. */
export async function onceMore(
  drawn: Drawn,
  measured: Measured,
  again: Again,
): Promise<{ readonly bootstrap?: Bootstrap; readonly epistemic?: FloatArray }> {
  const { bootstrap: anew = defaults.bootstrap, epistemic = defaults.epistemic } = again;
  const found: { bootstrap?: Bootstrap; epistemic?: FloatArray } = {};
  if (anew > 0) found.bootstrap = await bootstrapOf(drawn, measured, { ...again, bootstrap: anew });
  if (epistemic > 0) found.epistemic = await epistemicOf(drawn, measured, { ...again, epistemic });
  return found;
}

/** The mean, round after round, told as a part of the whole work. */
function meanOf(again: Again, done: number, round: number) {
  const share = 1 / (1 + roundsOf(again));
  const told = portionOf(again.onProgress, (1 + done + round) * share, share);
  const name = `round ${done + round}: `;
  return async (measured: Measured, own: Parameters<Draw>[3]) =>
    meanImage(await again.draw(measured, again.samples, told, { variance: false, round: name, ...own }));
}

async function bootstrapOf(
  drawn: Drawn,
  { problem }: Measured,
  again: Again & { readonly bootstrap: number },
): Promise<Bootstrap> {
  const { prior, solver } = again;
  const card = prior?.card?.kind === 'diffusion' ? prior.card : undefined;
  return bootstrap({
    ...again,
    rounds: again.bootstrap,
    problem,
    estimate: meanImage(drawn),
    symmetry: solver.needs.prior === 'none' ? 'dihedral' : (card?.symmetry ?? 'none'),
    restore: (measurement, round, randomOf) =>
      meanOf(again, 0, round)({ measurement, problem }, { randomOf }),
  });
}

async function epistemicOf(
  drawn: Drawn,
  measured: Measured,
  again: Again & { readonly epistemic: number },
): Promise<FloatArray> {
  const { solver, prior, seed, options, signal, bootstrap: done = defaults.bootstrap } = again;
  const { report, imageShape }: Problem = measured.problem;
  const mean = report(meanImage(drawn));
  if (knowsDeviation(solver) && sameShape(mean.shape, imageShape)) {
    return solver.deviation(await again.taskOf(measured), options, signal);
  }
  return weightSpread(requireMeasured(prior, solver), again.epistemic, seed, mean, async (other, round) =>
    report(await meanOf(again, done, round)(measured, { prior: other })),
  );
}

function knowsDeviation(solver: Solver): solver is Solver & Required<Pick<ChainOf<Solver>, 'deviation'>> {
  return solver.kind === 'chain' && solver.deviation !== undefined;
}

type ChainOf<S> = Extract<S, { readonly kind: 'chain' }>;

/** Of what the operator takes, which need not be what is reported. */
function meanImage({ images, moments, estimate, weighting: { logWeights } }: Drawn): FloatArray {
  const known = moments?.mean ?? estimate;
  if (known) return known;
  const weights = normalisedWeights(images.length, logWeights);
  const mean = zeros(images[0].shape);
  images.forEach(({ data }, k) => {
    for (let i = 0; i < data.length; i++) mean.data[i] += weights[k] * data[i];
  });
  return mean;
}
