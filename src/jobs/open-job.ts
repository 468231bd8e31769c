/** What the items of a folder job share, opened once: priors, files of the problem, the output folder. */
import { loadCap } from '../../models/cap.js';
import type { Text } from '../../models/conditioned.js';
import type { Prior } from '../../models/prior.js';
import { solvers } from '../../solvers/index.js';
import type { Solver } from '../../solvers/solver.js';
import { levelOf } from '../calibration-card.js';
import { UsageError, unknownName } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import { defaultSamples, defaults } from '../defaults.js';
import { heldMemory, machineMemory } from '../io/machine-memory.js';
import { manifestName } from '../io/manifest.js';
import { OutputFolder } from '../io/output-folder.js';
import { readCalibration, shippedCalibrations } from '../load/calibration-file.js';
import { readSpecFiles } from '../load/problem-files.js';
import { isOpen } from './diagnosis.js';
import type { Calibrations } from './item-calibration.js';
import { loadedPrior, SHIPPED_FOR } from './job-prior.js';
import { rangesName } from './range-file.js';
import type { FolderEvent, FolderJob } from './restore-folder.js';
import type { Shared } from './restore-item.js';
import { Room } from './room.js';
import { shardName } from './shard.js';
import { workersFor } from './workers-for.js';

interface OpenJob {
  readonly shared: Shared;
  close(): Promise<void>;
}

/**
 * @param inputs files that are never replaced.
 * @param ranges samples of items that were drawn already.
 * @throws UsageError where nothing can start.
 */
export async function openJob(
  job: FolderJob,
  inputs: readonly string[],
  onEvent: (event: FolderEvent) => void,
  ranges?: Shared['ranges'],
): Promise<OpenJob> {
  const parts = await partsOf({ ...job, pieces: inputs.length * likelySamples(job) });
  try {
    const kind = job.range ? rangesName : manifestName;
    const sharing = { part: job.shard && shardName(job.shard) };
    const folder = await OutputFolder.open(job.out, kind, { inputs, overwrite: job.overwrite }, sharing);
    const shared = sharedOf(parts, job, folder, onEvent, ranges);
    const { workers = 1 } = parts.prior ?? {};
    if (parts.prior) onEvent({ type: 'workers', workers, held: heldBeside() });
    const close = async () => {
      await folder.close();
      await parts.close();
    };
    return { shared, close };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** A job that is open, in a folder. */
export function sharedOf(
  parts: Parts,
  job: FolderJob,
  folder: OutputFolder,
  onEvent: (event: FolderEvent) => void,
  ranges?: Shared['ranges'],
): Shared {
  const samples = job.range ? job.range.to : job.samples;
  const own = { ...job, samples, solver: parts.solver };
  // The first worker alone has opened its graphs.
  const held = heldMemory() + ((parts.prior?.workers ?? 1) - 1) * heldBeside();
  const room = new Room((job.maxMemory ?? machineMemory()) - held);
  return { ...parts, job: own, folder, onEvent, held, room, ranges };
}

/** Bytes that processes besides this one hold: the network's. */
function heldBeside(): number {
  return heldMemory() - process.memoryUsage.rss();
}

export type Parts = Pick<Shared, 'files' | 'prior' | 'noisePrior' | 'cap' | 'calibrations'> & {
  solver?: Solver;
  close(): Promise<void>;
};

/** What all items are restored with; what was loaded here is closed by `close`. @throws UsageError */
export async function partsOf(job: FolderJob & { readonly pieces: number }): Promise<Parts> {
  if (job.noisePrior !== undefined && !job.spec.noise) {
    throw new UsageError('--noise-prior needs --noise: an estimate would count the structured noise too');
  }
  const solver = namedSolver(job.solver);
  // Before anything is read: an option that the solver does not know fails the job, not each item.
  if (solver) parseOptions(solver.options, `solver ${solver.name}`, job.options ?? {});
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing) await end();
  };
  const load = async (given: Prior | string, text?: Text) => {
    const prior = await loadedPrior(given, { ...job, workers: workersFor(job) }, text);
    if (typeof given !== 'object') closing.push(() => prior.close());
    return prior;
  };
  try {
    const files = await readSpecFiles(job.spec, job);
    closing.push(() => files.close());
    const needed = solver?.needs.prior ?? 'diffusion';
    const prior = needed === 'none' ? undefined : await load(job.prior ?? SHIPPED_FOR[needed], job);
    if (!prior && (job.prompt ?? job.guidance) !== undefined) {
      const none = `solver ${solver?.name} uses no prior`;
      throw new UsageError(`${none}, so neither prompt nor guidance can be given`);
    }
    const noisePrior = job.noisePrior === undefined ? undefined : await load(job.noisePrior);
    const cap = typeof job.cap === 'string' ? await loadCap(job.cap, job) : job.cap;
    if (cap && cap !== job.cap) closing.push(() => cap.close());
    return { solver, files, prior, noisePrior, cap, calibrations: await calibrationsOf(job, prior), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How many can be drawn at a time for one item: of noise alone the estimate is known without samples. */
function likelySamples({ spec, solver, samples, range }: FolderJob): number {
  if (range) return range.to - range.from;
  const named = namedSolver(solver);
  const alone = isOpen(spec) || spec.operators.every(({ name }) => name === 'denoise');
  return Math.max(1, samples ?? (named ? defaultSamples(named) : alone ? 1 : defaults.samples));
}

async function calibrationsOf(
  { calibration, level = defaults.level, promise = 'average' }: FolderJob,
  prior: Prior | undefined,
): Promise<Calibrations> {
  if (calibration === false) return { shipped: [] };
  if (calibration === undefined) return { shipped: await shippedCalibrations(prior) };
  const asked = await readCalibration(calibration);
  // Whatever the pictures are.
  levelOf(asked.card, level, promise, asked.path);
  return { asked, shipped: [] };
}

function namedSolver(solver: Solver | string | undefined): Solver | undefined {
  if (typeof solver !== 'string') return solver;
  if (!Object.hasOwn(solvers, solver)) throw unknownName('solver', solver, Object.keys(solvers));
  return solvers[solver];
}
