/** `retrodict calibrate` */
import type { Command } from 'commander';
import { type CalibrationCard, calibrateFolder, loadSolver, readProblem } from '../index.js';
import type { Finish } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import {
  device,
  type LoadFlags,
  memory,
  precision,
  threads,
  tile,
  timeout,
  workers,
} from './prior-options.js';
import { reporter } from './restore-report.js';
import { allowCode, allowOutside, type TrustFlags } from './trust-options.js';
import { collectSetting, parseCount, parseLevel, parsePositive, parseWhole } from './values.js';

interface CalibrateOptions extends LoadFlags, TrustFlags {
  readonly out: string;
  readonly problem: readonly string[];
  readonly noise: readonly string[];
  readonly truth?: string;
  readonly prior?: string;
  readonly solver?: string;
  readonly set: Record<string, unknown>;
  readonly samples?: number;
  readonly seed?: number;
  readonly level: readonly number[];
  readonly share?: number;
  readonly confidence?: number;
  readonly crop?: number;
  readonly of?: string;
  readonly work?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const collect =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[]) => [...before, parse(text)];

export function addCalibrate(program: Command, finish: Finish): void {
  program
    .command('calibrate')
    .summary('fit intervals that hold what they say, on images whose truth is known')
    .description(
      'Measures clean photographs, restores them, and fits how wide intervals must be: `restore --calibration` takes ' +
        'the card that it writes. With --truth the inputs are measurements. The same command goes on where it stopped.',
    )
    .argument('<inputs...>', 'pictures and folders of them, unlike those that are to be restored later')
    .requiredOption('--out <card.json>', 'the card to be')
    .requiredOption(
      '--problem <spec>',
      'as for restore; several: the card holds for what lies between',
      collect(String),
      [],
    )
    .option(
      '--noise <spec>',
      'noise, as for restore; several: the card holds for what lies between',
      collect(String),
      [],
    )
    .option('--truth <dir>', 'folder of true images by the same names: the inputs are measurements')
    .option('--prior <name|dir>', 'as for restore')
    .option('--solver <name|file>', 'as for restore')
    .option('--set <key=value>', 'option of the solver (repeatable)', collectSetting, {})
    .option('--samples <n>', 'as for restore', parseCount)
    .option('--seed <n>', 'of noise and samples', parseWhole)
    .option('--level <p>', 'level of the interval (repeatable; default: 0.9)', collect(parseLevel), [])
    .option('--share <p>', 'of images, in the promise about most images (default: 0.9)', parseLevel)
    .option('--confidence <p>', 'of what is promised with confidence (default: 0.95)', parseLevel)
    .option('--crop <px>', 'take the middle of each picture, this many pixels a side', parsePositive)
    .option('--of <text>', 'what the images are, in words; the promise says it')
    .option(
      '--work <dir>',
      'keep measurements and results there (default: beside the card, removed in the end)',
    )
    .addOption(threads())
    .addOption(device())
    .addOption(precision())
    .addOption(workers())
    .addOption(tile())
    .addOption(memory())
    .addOption(timeout())
    .addOption(allowCode())
    .addOption(allowOutside())
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  retrodict calibrate photos --out card.json --problem denoise --noise gaussian:sigma=10/255 --noise gaussian:sigma=50/255\n' +
        '  retrodict restore noisy --out restored --problem denoise --noise gaussian:sigma=25/255 --calibration card.json',
    )
    .action(async (inputs: string[], options: CalibrateOptions) =>
      finish(await calibrateCommand(inputs, options)),
    );
}

async function calibrateCommand(inputs: string[], options: CalibrateOptions): Promise<number> {
  const { problem, noise, level, set, solver, ...rest } = options;
  const noises = noise.length > 0 ? noise : [undefined];
  const specs = await Promise.all(problem.flatMap((one) => noises.map((of) => readProblem(one, of, rest))));
  const brought = solver && /\.m?js$/.test(solver) ? await loadSolver(solver) : undefined;
  const output = new Output(options);
  return interruptible(async (signal) => {
    try {
      const job = {
        ...rest,
        inputs,
        specs,
        solver: brought?.solver ?? solver,
        solverVersion: brought?.version,
        options: set,
        levels: level.length > 0 ? level : undefined,
      };
      const card = await calibrateFolder({ ...job, signal }, reporter(output));
      output.page(describe(card, options.out), { type: 'calibration', out: options.out, card });
      return 0;
    } finally {
      output.endProgress();
    }
  });
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** What came of it. */
function describe({ levels, images }: CalibrationCard, out: string): string {
  const lines = levels.map(({ level, held, width, atLeast }) => {
    const mean = `${percent(held[1])} of the pixels, ${percent(held[0])} of the worst image`;
    return `level ${level}: holds ${mean}; at least ${percent(atLeast)} on average; mean width ${(255 * width).toFixed(2)}/255`;
  });
  return [
    `${out}: ${images.factors} images for the factors, ${images.offsets} for the offset`,
    ...lines,
  ].join('\n');
}
