/** `retrodict restore` */
import type { Command } from 'commander';
import {
  type FolderJob,
  loadSolver,
  problem as problemOf,
  readProblem,
  reportFolder,
  restoreFolder,
  solvers,
  UsageError,
} from '../index.js';
import { type Finish, statusOf } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import { addOptions, type RestoreOptions } from './restore-options.js';
import { reporter } from './restore-report.js';
import { pictureLimits } from './values.js';

export function addRestore(program: Command, finish: Finish): void {
  const command = program
    .command('restore')
    .summary('restore pictures and measurements, with the uncertainty of every pixel')
    .description(
      'Restores pictures, .npy measurements and folders of them. For in/a.png writes DIR/a.png (the estimate), ' +
        'DIR/a.sd.png (its standard deviation), DIR/a.posterior.npz (mean, sd, lower, upper) and a line of ' +
        'DIR/manifest.jsonl. The same command again does only what is not done yet.',
    )
    .argument(
      '<inputs...>',
      'pictures, .npy and .npz files, scans (float TIFF, DICOM, NIfTI, HDF5, FITS, …), RAW files, and folders of them',
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  retrodict restore photos --out restored\n' +
        '  retrodict restore photos --out restored --problem denoise\n' +
        '  retrodict restore blurred.png --out restored --problem gaussian-blur:sigma=1.6 --noise gaussian:sigma=2/255\n' +
        '  retrodict restore simulated --out restored --problem simulated/problem.json --truth photos\n' +
        '\nA file that is there already is replaced only where DIR/manifest.jsonl lists it. Several runs in one DIR share the pictures.',
    )
    .action(async (inputs: string[], options: RestoreOptions) =>
      finish(await restoreCommand(inputs, options)),
    );
  addOptions(command);
}

/** No problem: each picture is looked at. */
function lookedFor(noise: string | undefined): FolderJob['spec'] {
  return { operators: [], noise: noise === undefined ? undefined : problemOf('denoise', noise).noise };
}

/** The jobs that the options ask for: one, or one for each of several solvers. */
export async function jobsOf(inputs: string[], options: RestoreOptions): Promise<FolderJob[]> {
  const { problem, noise, solver, maxPixels, maxValues, set, page, range, report, cap, samples, ...others } =
    options;
  const { verbose, ...rest } = others;
  if (report && typeof samples === 'object') {
    throw new UsageError('--report is of results, and --samples FROM:TO makes none: merge first');
  }
  const told = noise === 'auto' ? undefined : noise;
  const spec = problem === undefined ? lookedFor(told) : await readProblem(problem, told, rest);
  const job = {
    ...rest,
    inputs,
    spec,
    options: set,
    cap: cap === true ? 'photo' : cap,
    pages: page,
    levels: range,
    ...(typeof samples === 'object' ? { range: samples } : { samples }),
    limits: pictureLimits(maxPixels, maxValues),
  };
  return Promise.all(solversIn(solver).map((one, _, all) => withSolver(job, one, all.length > 1)));
}

async function restoreCommand(inputs: string[], options: RestoreOptions): Promise<number> {
  const jobs = await jobsOf(inputs, options);
  const output = new Output(options);
  return interruptible(async (signal) => {
    try {
      const statuses: number[] = [];
      for (const each of jobs) {
        const job = { ...each, signal };
        const restored = restoreOne(job, output, options.verbose);
        statuses.push(await (jobs.length === 1 ? restored : restored.catch(goOn(job, output))));
      }
      // 2 is of what could not start.
      if (statuses.every((status) => status === 2)) return 2;
      if (options.report) statuses.push(await tellReport(options, output));
      return Math.min(Math.max(...statuses), 1);
    } finally {
      output.endProgress();
    }
  });
}

/** One of several solvers cannot start: that is said, and the others have their turn. */
function goOn({ solver }: FolderJob, output: Output): (error: unknown) => number {
  return (error) => {
    if (!(error instanceof UsageError)) throw error;
    const named = `solver ${typeof solver === 'object' ? solver.name : solver}`;
    const message = error.message.includes(named) ? error.message : `${named}: ${error.message}`;
    output.error(message, { type: 'error', message });
    return 2;
  };
}

/** The one solver that is named, or each of several. */
function solversIn(text: string | undefined): (string | undefined)[] {
  const names = text?.split(',').map((name) => name.trim()) ?? [];
  if (names.length === 0) return [undefined];
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) throw new UsageError(`--solver names ${twice || 'nothing'} twice`);
  const unknown = names.find((name) => !isFile(name) && !Object.hasOwn(solvers, name));
  // Before the first of them has worked for hours.
  if (names.length > 1 && unknown !== undefined) {
    throw new UsageError(`--solver ${text} names "${unknown}", which \`list solvers\` does not have`);
  }
  return names;
}

const isFile = (solver: string) => /\.m?js$/.test(solver);

/** @param apart of several solvers: each has a folder of its own. */
async function withSolver(
  job: Omit<FolderJob, 'solver'>,
  solver: string | undefined,
  apart: boolean,
): Promise<FolderJob> {
  const brought = solver && isFile(solver) ? await loadSolver(solver) : undefined;
  const out = apart ? `${job.out}/${brought?.solver.name ?? solver}` : job.out;
  return {
    ...{ ...job, out, solver: brought?.solver ?? solver },
    ...(brought && { solverVersion: brought.version, solverFile: solver }),
  };
}

async function restoreOne(job: FolderJob, output: Output, verbose?: boolean): Promise<number> {
  let warnings = 0;
  const tell = reporter(output, verbose);
  const summary = await restoreFolder(job, (event) => {
    if (event.type === 'warning') warnings++;
    tell(event);
  });
  const { done, unchanged, failed, nothing } = summary;
  const counted = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  const left = nothing === undefined ? '' : `, ${nothing} left as they are`;
  const text = `${done} restored, ${unchanged} already done${left}, ${failed} failed${counted}`;
  output.note(text, { type: 'summary', ...summary, warnings });
  return statusOf(summary);
}

/** @returns 1 where there is nothing to make a page of. */
async function tellReport({ out, truth }: Pick<FolderJob, 'out' | 'truth'>, output: Output): Promise<0 | 1> {
  try {
    const path = await reportFolder({ folder: out, truth });
    output.note(`${path}: open it in a browser`, { type: 'report', path });
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const message = `no page was made: ${error.message}`;
    output.error(message, { type: 'error', message });
    return 1;
  }
}
