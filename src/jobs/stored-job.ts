/** A folder job as plain JSON, so that it can be done elsewhere or finished later. */
import { resolve } from 'node:path';
import { listPriors } from '../../models/load.js';
import { operators } from '../../problems/index.js';
import { solvers } from '../../solvers/index.js';
import { UsageError } from '../core/errors.js';
import { withPaths } from '../load/problem-files.js';
import { loadSolver } from '../load/solver-file.js';
import type { FolderJob } from './restore-folder.js';

/** What is plain JSON already, and not of one machine or one call. */
const PLAIN = [
  ...([
    'options',
    'uncertainty',
    'samples',
    'seed',
    'keepSamples',
    'estimate',
    'level',
    'bootstrap',
  ] as const),
  ...(['promise', 'epistemic', 'format', 'bits', 'quality', 'pages', 'dataset', 'levels', 'strict'] as const),
  ...([
    'limits',
    'tile',
    'memory',
    'device',
    'precision',
    'timeout',
    'allowOutside',
    'prompt',
    'guidance',
    'solverVersion',
  ] as const),
] as const;

/** Paths in it are absolute. */
export interface StoredJob
  extends Pick<FolderJob, (typeof PLAIN)[number] | 'spec' | 'solverFile' | 'truth' | 'calibration'> {
  /** A name; of one that is not shipped, `solverFile` says where it lies. */
  readonly solver?: string;
  readonly prior?: string;
  readonly noisePrior?: string;
  readonly cap?: string;
}

/** @throws UsageError where it holds what is no JSON: a prior or solver that has no name elsewhere. */
export async function storedJob(job: FolderJob): Promise<StoredJob> {
  const { solver, solverFile, spec, truth, calibration } = job;
  const shipped = new Set([...(await listPriors()).map(({ name }) => name), 'photo']);
  const placed = (name: 'prior' | 'noisePrior' | 'cap') => {
    const given = job[name];
    if (given === undefined) return undefined;
    if (typeof given === 'string') return shipped.has(given) ? given : resolve(given);
    throw new UsageError(`${name} is an object, and elsewhere only a name or the path of a folder is known`);
  };
  const stored: StoredJob = {
    ...Object.fromEntries(PLAIN.map((name) => [name, job[name]])),
    spec: withPaths(spec, (path) => resolve(path)),
    solver: typeof solver === 'string' ? solver : solver && namedElsewhere(solver.name, solverFile),
    solverFile: solverFile && resolve(solverFile),
    ...{ prior: placed('prior'), noisePrior: placed('noisePrior'), cap: placed('cap') },
    truth: truth && resolve(truth),
    calibration: typeof calibration === 'string' ? resolve(calibration) : calibration,
  };
  // JSON knows no infinity, which a limit may be.
  const finite = (_: string, value: unknown) =>
    value === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : value;
  return JSON.parse(JSON.stringify(stored, finite));
}

function namedElsewhere(name: string, file: string | undefined): string {
  if (file !== undefined || Object.hasOwn(solvers, name)) return name;
  throw new UsageError(
    `solver ${name} is not shipped: solverFile says where it lies, so that it is known elsewhere`,
  );
}

/**
 * The job again, but for what is of the call.
 * @param allowCode loads JavaScript that it names; what a job says may come from anybody.
 * @throws UsageError where it may not, or that does not load.
 */
export async function jobFrom(
  { solver, ...stored }: StoredJob,
  allowCode = false,
): Promise<Omit<FolderJob, 'inputs' | 'out'>> {
  const code = stored.solverFile ?? stored.spec.operators.map(codeOf).find((path) => path !== undefined);
  if (code !== undefined && !allowCode) {
    throw new UsageError(
      `the job names the code ${code}, which may do whatever you may; --allow-code runs it`,
    );
  }
  if (stored.solverFile === undefined) return { ...stored, solver };
  const loaded = await loadSolver(stored.solverFile);
  return { ...stored, solver: loaded.solver, solverVersion: loaded.version };
}

function codeOf({ name, options }: StoredJob['spec']['operators'][number]): string | undefined {
  const files = Object.entries(operators[name]?.files ?? {});
  const code = files.find(
    ([option, role]) => (role === 'module' || role === 'tensorflow') && options[option],
  );
  return code && String(options[code[0]]);
}
