/** `retrodict simulate` */
import { type Command, Option } from 'commander';
import { defaults, readProblem, type SimulationEvent, type SimulationJob, simulateFolder } from '../index.js';
import { type Finish, statusOf } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import { dataset, type PartFlags, page, range } from './part-options.js';
import { type LoadFlags, timeout } from './prior-options.js';
import { allowCode, allowOutside, type TrustFlags } from './trust-options.js';
import { parsePositive, parseWhole, pictureLimits } from './values.js';

interface SimulateOptions extends TrustFlags, PartFlags, Pick<LoadFlags, 'timeout'> {
  readonly out: string;
  readonly problem: string;
  readonly noise?: string;
  readonly seed: number;
  readonly format: 'npy' | 'png' | 'tiff';
  readonly maxPixels?: number;
  readonly maxValues?: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addSimulate(program: Command, finish: Finish): void {
  program
    .command('simulate')
    .summary('make measurements of pictures, for `restore` to undo')
    .description(
      'Degrades pictures and folders of them. For in/a.png writes DIR/a.npy (the measurement, float32, values outside ' +
        '[0, 1] kept), DIR/a.preview.png, DIR/a.json (shapes) and once DIR/problem.json for `restore --problem`.',
    )
    .argument(
      '<inputs...>',
      'pictures, .npy images, scans (float TIFF, DICOM, NIfTI, HDF5, FITS, …), and folders of them',
    )
    .requiredOption('--out <dir>', 'output folder, made if need be')
    .requiredOption(
      '--problem <spec>',
      'what happens to the picture: NAME:KEY=VALUE,...+NAME..., or a .json file',
    )
    .option('--noise <spec>', 'noise that is added, such as gaussian:sigma=10/255, or 10 for short')
    .option('--seed <n>', 'the same seed gives the same noise', parseWhole, defaults.seed)
    .addOption(
      new Option('--format <format>', 'of the measurement; png and tiff clip it')
        .choices(['npy', 'png', 'tiff'])
        .default('npy'),
    )
    .option(
      '--max-pixels <n>',
      'largest picture to accept (default: 16384 a side, 67108864 in all)',
      parsePositive,
    )
    .option('--max-values <n>', 'largest array to accept (default: 268435456 values)', parsePositive)
    .addOption(page())
    .addOption(dataset())
    .addOption(range())
    .addOption(timeout())
    .addOption(allowCode())
    .addOption(allowOutside())
    .option('--overwrite', 'replace files that this command did not write, too; never an input')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  retrodict simulate photos --out blurred --problem gaussian-blur:sigma=1.6 --noise gaussian:sigma=2/255',
    )
    .action(async (inputs: string[], options: SimulateOptions) =>
      finish(await simulateCommand(inputs, options)),
    );
}

async function simulateCommand(inputs: string[], options: SimulateOptions): Promise<number> {
  const { problem, noise, maxPixels, maxValues, page: pages, range: levels, ...rest } = options;
  const spec = await readProblem(problem, noise, rest);
  const job: SimulationJob = {
    ...rest,
    inputs,
    spec,
    pages,
    levels,
    limits: pictureLimits(maxPixels, maxValues),
  };
  const output = new Output(options);
  return interruptible(async (signal) => {
    const summary = await simulateFolder({ ...job, signal }, reporter(output));
    output.note(`${summary.done} simulated, ${summary.failed} failed`, { type: 'summary', ...summary });
    return statusOf(summary);
  });
}

function reporter(output: Output): (event: SimulationEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'start':
        output.note(`${event.items} to simulate`, event);
        return;
      case 'skipped':
        output.note(`skipped ${event.path}: it ${event.reason}`, event);
        return;
      case 'done': {
        const clipped =
          event.clipped === undefined ? '' : `, ${(100 * event.clipped).toFixed(1)} % of the values clipped`;
        output.result(`${event.files[0]}: ${event.shape.join('×')}${clipped}`, event);
        return;
      }
      case 'failed':
        output.failure(event);
    }
  };
}
