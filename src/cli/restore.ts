/** `retrodict restore` */
import { type Command, Option } from 'commander';
import {
  defaults,
  type FolderEvent,
  type FolderJob,
  loadSolver,
  readProblem,
  restoreFolder,
} from '../index.js';
import { type Finish, statusOf } from './exit-status.js';
import { Forecast } from './forecast.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import { type LoadFlags, memory, threads, tile, timeout } from './prior-options.js';
import { allowCode, allowOutside, type TrustFlags } from './trust-options.js';
import {
  collectSetting,
  parseBits,
  parseBytes,
  parseCount,
  parseLevel,
  parseNumber,
  parsePositive,
  parseWhole,
  pictureLimits,
} from './values.js';

interface RestoreOptions extends LoadFlags, TrustFlags {
  readonly out: string;
  readonly problem: string;
  readonly noise: string;
  readonly prior?: string;
  readonly prompt?: string;
  readonly guidance?: number;
  readonly noisePrior?: string;
  readonly solver?: string;
  readonly set: Record<string, unknown>;
  readonly samples?: number;
  readonly seed: number;
  readonly estimate: 'mean' | 'median' | 'sample';
  readonly level: number;
  readonly format?: FolderJob['format'];
  readonly bits?: 8 | 16;
  readonly truth?: string;
  readonly maxPixels?: number;
  readonly maxValues?: number;
  readonly maxMemory?: number;
  readonly force?: boolean;
  readonly overwrite?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addRestore(program: Command, finish: Finish): void {
  program
    .command('restore')
    .summary('restore pictures and measurements, with the uncertainty of every pixel')
    .description(
      'Restores pictures, .npy measurements and folders of them. For in/a.png writes DIR/a.png (the estimate), ' +
        'DIR/a.sd.png (its standard deviation), DIR/a.posterior.npz (mean, sd, lower, upper) and a line of ' +
        'DIR/manifest.jsonl. The same command again does only what is not done yet.',
    )
    .argument('<inputs...>', 'pictures, .npy and .npz files, and folders of them')
    .requiredOption('--out <dir>', 'output folder, made if need be')
    .requiredOption(
      '--problem <spec>',
      'how the measurement came about: NAME:KEY=VALUE,...+NAME..., or a .json file',
    )
    .option(
      '--noise <spec>',
      'noise of the measurement, such as gaussian:sigma=10/255, or 10 for short; auto: estimate it',
      'auto',
    )
    .option(
      '--prior <name|dir>',
      'prior: a name of `list priors`, or a folder with a card.json or diffusers’ model_index.json (default: photo; photo-latent where the solver works on codes)',
    )
    .option('--prompt <text>', 'what the images show, for priors that take texts')
    .option(
      '--guidance <w>',
      'how strongly the text steers, 1: plainly (default: as the card says)',
      parseNumber,
    )
    .option(
      '--noise-prior <name|dir>',
      'prior of structured noise, added to what the problem measures; for joint-diffusion',
    )
    .option(
      '--solver <name|file>',
      'solver: a name of `list solvers`, or a .js file (default: as benchmarks advise)',
    )
    .option(
      '--set <key=value>',
      'option of the solver; `describe SOLVER` lists them (repeatable)',
      collectSetting,
      {},
    )
    .option(
      '--samples <n>',
      'posterior samples to draw (default: 4, or none where the solver does without); of such a solver 0: the estimate alone, at once',
      parseCount,
    )
    .option('--seed <n>', 'the same seed gives the same files', parseWhole, defaults.seed)
    .addOption(
      new Option('--estimate <which>', 'the image that is written')
        .choices(['mean', 'median', 'sample'])
        .default('mean'),
    )
    .option('--level <p>', 'level of the credible interval', parseLevel, defaults.level)
    .addOption(threads())
    .addOption(tile())
    .addOption(memory())
    .addOption(timeout())
    .addOption(allowCode())
    .addOption(allowOutside())
    .addOption(
      new Option('--format <format>', 'of the estimate (default: of the input)').choices([
        'png',
        'tiff',
        'jpeg',
        'webp',
        'npy',
      ]),
    )
    .option('--bits <8|16>', 'of the estimate (default: of the input)', parseBits)
    .option('--truth <dir>', 'folder of true images by the same names, for PSNR and SSIM')
    .option(
      '--max-pixels <n>',
      'largest picture to accept (default: 16384 a side, 67108864 in all)',
      parsePositive,
    )
    .option('--max-values <n>', 'largest array to accept (default: 268435456 values)', parsePositive)
    .option(
      '--max-memory <size>',
      'fail a picture that would need more, such as 4GB (default: 90 % of the machine’s or container’s memory)',
      parseBytes,
    )
    .option('--force', 'replace results that were made in another way')
    .option('--overwrite', 'replace files that are not results of this program, too; never an input')
    .option('--strict', 'make every warning a failure: the picture is not written')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  retrodict restore photos --out restored --problem denoise\n' +
        '  retrodict restore blurred.png --out restored --problem gaussian-blur:sigma=1.6 --noise gaussian:sigma=2/255\n' +
        '  retrodict restore simulated --out restored --problem simulated/problem.json --truth photos\n' +
        '\nA file that is there already is replaced only where DIR/manifest.jsonl lists it. One run at a time works in DIR.',
    )
    .action(async (inputs: string[], options: RestoreOptions) =>
      finish(await restoreCommand(inputs, options)),
    );
}

async function restoreCommand(inputs: string[], options: RestoreOptions): Promise<number> {
  const { problem, noise, solver, maxPixels, maxValues, set, ...rest } = options;
  const spec = await readProblem(problem, noise === 'auto' ? undefined : noise, rest);
  const brought = solver && /\.m?js$/.test(solver) ? await loadSolver(solver) : undefined;
  const job: FolderJob = {
    ...rest,
    inputs,
    spec,
    solver: brought?.solver ?? solver,
    solverVersion: brought?.version,
    options: set,
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
      const { done, unchanged, failed } = summary;
      const counted = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
      const text = `${done} restored, ${unchanged} already done, ${failed} failed${counted}`;
      output.note(text, { type: 'summary', ...summary, warnings });
      return statusOf(summary);
    } finally {
      output.endProgress();
    }
  });
}

/** Tells what happens. */
function reporter(output: Output): (event: FolderEvent) => void {
  let items = 1;
  let finished = 0;
  const pace = new Forecast((text, event) => output.note(text, event));
  return (event) => {
    switch (event.type) {
      case 'start':
        items = event.items;
        output.note(`${items} to restore`, event);
        return;
      case 'skipped':
        output.note(`skipped ${event.path}: it ${event.reason}`, event);
        return;
      case 'note':
        output.note(event.message, event);
        return;
      case 'noise':
        output.note(`${event.name}: noise: ${event.description}`, event);
        return;
      case 'warning':
        output.warning(`${event.name}: ${event.message}`, event);
        return;
      case 'begin':
        pace.begin(event);
        return;
      case 'progress':
        output.progress((finished + event.fraction) / items, event.name);
        pace.progress(event.fraction);
        return;
      case 'done':
        finished++;
        output.result(describeDone(event.line), { ...event.line, type: 'done' });
        return;
      case 'unchanged':
        finished++;
        output.note(`${event.name}: already done`, event);
        return;
      case 'failed':
        finished++;
        output.failure(event);
    }
  };
}

type DoneLine = Extract<FolderEvent, { type: 'done' }>['line'];

function describeDone({ files, seconds, misfit, psnr, ssim, samplesPosterior, sdWhite }: DoneLine): string {
  const average = misfit.reduce((sum, value) => sum + value, 0) / misfit.length;
  const parts = [`${seconds.toFixed(1)} s`];
  if (misfit.length > 0) parts.push(`misfit ${average.toFixed(2)} (1 is ideal)`);
  if (psnr !== undefined && ssim !== undefined)
    parts.push(`PSNR ${psnr.toFixed(2)} dB`, `SSIM ${ssim.toFixed(3)}`);
  if (sdWhite !== undefined && !samplesPosterior) parts.push('the spread is no uncertainty');
  return `${files[0]}: ${parts.join(', ')}`;
}
