/** `retrodict restore` */
import type { Command } from 'commander';
import { type FolderJob, loadSolver, problem as problemOf, readProblem, restoreFolder } from '../index.js';
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
        '\nA file that is there already is replaced only where DIR/manifest.jsonl lists it. One run at a time works in DIR.',
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

async function restoreCommand(inputs: string[], options: RestoreOptions): Promise<number> {
  const { problem, noise, solver, maxPixels, maxValues, set, page, range, cap, ...rest } = options;
  const told = noise === 'auto' ? undefined : noise;
  const spec = problem === undefined ? lookedFor(told) : await readProblem(problem, told, rest);
  const brought = solver && /\.m?js$/.test(solver) ? await loadSolver(solver) : undefined;
  const job: FolderJob = {
    ...rest,
    inputs,
    spec,
    solver: brought?.solver ?? solver,
    solverVersion: brought?.version,
    options: set,
    cap: cap === true ? 'photo' : cap,
    pages: page,
    levels: range,
    limits: pictureLimits(maxPixels, maxValues),
  };
  const output = new Output(options);
  return interruptible(async (signal) => {
    try {
      let warnings = 0;
      const tell = reporter(output);
      const summary = await restoreFolder({ ...job, signal }, (event) => {
        if (event.type === 'warning') warnings++;
        tell(event);
      });
      const { done, unchanged, failed, nothing } = summary;
      const counted = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
      const left = nothing === undefined ? '' : `, ${nothing} left as they are`;
      const text = `${done} restored, ${unchanged} already done${left}, ${failed} failed${counted}`;
      output.note(text, { type: 'summary', ...summary, warnings });
      return statusOf(summary);
    } finally {
      output.endProgress();
    }
  });
}
