/** What the items of a folder job share, opened once: priors, files of the problem, the output folder. */
import { loadCap } from '../../models/cap.js';
import type { Text } from '../../models/conditioned.js';
import type { Prior } from '../../models/prior.js';
import { solvers } from '../../solvers/index.js';
import type { Solver } from '../../solvers/solver.js';
import { UsageError, unknownName } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import { heldMemory } from '../io/machine-memory.js';
import { manifestName } from '../io/manifest.js';
import { OutputFolder } from '../io/output-folder.js';
import { readCalibration, shippedCalibrations } from '../load/calibration-file.js';
import { readSpecFiles } from '../load/problem-files.js';
import type { Calibrations } from './item-calibration.js';
import { loadedPrior, SHIPPED_FOR } from './job-prior.js';
import { rangesName } from './range-file.js';
import type { FolderEvent, FolderJob } from './restore-folder.js';
import type { Shared } from './restore-item.js';
import { shardName } from './shard.js';

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
  const parts = await partsOf(job);
  try {
    const kind = job.range ? rangesName : manifestName;
    const sharing = { part: job.shard && shardName(job.shard) };
    const folder = await OutputFolder.open(job.out, kind, { inputs, overwrite: job.overwrite }, sharing);
    const samples = job.range ? job.range.to : job.samples;
    const own = { ...job, samples, solver: parts.solver };
    const shared = { ...parts, job: own, folder, onEvent, held: heldMemory(), ranges };
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

type Parts = Pick<Shared, 'files' | 'prior' | 'noisePrior' | 'cap' | 'calibrations'> & {
  solver?: Solver;
  close(): Promise<void>;
};

/** What all items are restored with; what was loaded here is closed by `close`. @throws UsageError */
async function partsOf(job: FolderJob): Promise<Parts> {
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
    const prior = await loadedPrior(given, job, text);
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

async function calibrationsOf({ calibration }: FolderJob, prior: Prior | undefined): Promise<Calibrations> {
  if (calibration === false) return { shipped: [] };
  if (calibration === undefined) return { shipped: await shippedCalibrations(prior) };
  return { asked: await readCalibration(calibration), shipped: [] };
}

function namedSolver(solver: Solver | string | undefined): Solver | undefined {
  if (typeof solver !== 'string') return solver;
  if (!Object.hasOwn(solvers, solver)) throw unknownName('solver', solver, Object.keys(solvers));
  return solvers[solver];
}
