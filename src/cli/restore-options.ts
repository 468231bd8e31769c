/** The options of `retrodict restore`, by subject. */
import { type Command, Option } from 'commander';
import { defaults, type FolderJob } from '../index.js';
import { dataset, type PartFlags, page, range } from './part-options.js';
import {
  device,
  type LoadFlags,
  memory,
  precision,
  threads,
  tileOrAuto,
  timeout,
  workers,
} from './prior-options.js';
import { allowCode, allowOutside, type TrustFlags } from './trust-options.js';
import {
  collectSetting,
  parseBits,
  parseBytes,
  parseCount,
  parseLevel,
  parseNumber,
  parsePositive,
  parseQuality,
  parseSamples,
  parseSeconds,
  parseShard,
  parseWhole,
} from './values.js';

export interface RestoreOptions extends Omit<LoadFlags, 'tile'>, TrustFlags, PartFlags {
  readonly tile?: number | 'auto';
  readonly out: string;
  readonly problem?: string;
  readonly noise: string;
  readonly prior?: string;
  readonly prompt?: string;
  readonly guidance?: number;
  readonly noisePrior?: string;
  readonly solver?: string;
  readonly set: Record<string, unknown>;
  readonly uncertainty?: boolean;
  readonly samples?: number | { readonly from: number; readonly to: number };
  readonly seed: number;
  readonly keepSamples?: boolean;
  readonly estimate?: 'mean' | 'median' | 'sample';
  readonly level: number;
  readonly bootstrap?: number;
  readonly calibration?: string | false;
  readonly promise?: FolderJob['promise'];
  readonly cap?: string | true;
  readonly epistemic?: number;
  readonly format?: FolderJob['format'];
  readonly bits?: 8 | 16;
  readonly quality?: number;
  readonly truth?: string;
  readonly report?: boolean;
  readonly maxPixels?: number;
  readonly maxValues?: number;
  readonly maxMemory?: number;
  readonly saveEvery?: number;
  readonly force?: boolean;
  readonly overwrite?: boolean;
  readonly strict?: boolean;
  readonly shard?: FolderJob['shard'];
  readonly balance?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** In the order in which the help shows them. */
export function addOptions(command: Command): void {
  command.requiredOption('--out <dir>', 'output folder, made if need be');
  addModel(command);
  addParts(command);
  addMethod(command);
  addRunning(command);
  addEstimate(command);
  addLimits(command);
  addSharing(command);
  addReplacing(command);
}

/** How the measurement came about, and what images are like. */
function addModel(command: Command): void {
  command
    .option(
      '--problem <spec>',
      'how the measurement came about: NAME:KEY=VALUE,...+NAME..., or a .json file (default: each picture is looked at for noise and JPEG blocks)',
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
    );
}

/** Which part of the inputs is meant, and what its numbers mean. */
function addParts(command: Command): void {
  command.addOption(page()).addOption(dataset()).addOption(range());
}

/** How it is undone. */
function addMethod(command: Command): void {
  command
    .option(
      '--solver <name|file>',
      'solver: a name of `list solvers`, or a .js file; several, with commas: each into a folder of its name (default: as benchmarks advise)',
    )
    .option(
      '--set <key=value>',
      'option of the solver; `describe SOLVER` lists them (repeatable)',
      collectSetting,
      {},
    )
    .option(
      '--uncertainty',
      'take the solver whose samples are as wide as what is not known, which takes longer (default: the quicker one with the better estimate)',
    )
    .option(
      '--samples <n>',
      'posterior samples to draw (default: 4, or none where the solver does without); of such a solver 0: the estimate alone, at once; 0:8: samples 0 to 7 alone, for `merge`',
      parseSamples,
    )
    .option('--keep-samples', 'write each sample, too: a.sample-1.png and so on')
    .option('--seed <n>', 'the same seed gives the same files', parseWhole, defaults.seed)
    .addOption(
      new Option(
        '--estimate <which>',
        'the image that is written (default: the mean; of phase-retrieval the sample that explains the measurement best)',
      ).choices(['mean', 'median', 'sample']),
    )
    .option('--level <p>', 'level of the credible interval', parseLevel, defaults.level)
    .option(
      '--cap [prior]',
      'of solvers that give one image: a network tells how far it is off, that of this prior’s card (without a name: photo)',
    )
    .option(
      '--epistemic <n>',
      'networks that are as likely and are asked, too, to see what the prior itself does not know; each takes as long as the restoration, and tweedie needs none of them (default: none)',
      parseCount,
    )
    .option(
      '--bootstrap <n>',
      'rounds in which the estimate is mirrored, shifted, measured and restored anew, to see how far it may be off; each takes as long as the restoration (default: none)',
      parseCount,
    )
    .option(
      '--calibration <card>',
      'make the interval hold what it says: a file that `calibrate` wrote (default: one that comes with the prior, where it fits)',
    )
    .option('--no-calibration', 'leave the interval as the solver has it')
    .addOption(
      new Option(
        '--promise <kind>',
        'of a calibrated interval. average: the level, on average over images; risk: at least that, with confidence; images: at least that in most images, with confidence (default: average)',
      ).choices(['average', 'risk', 'images']),
    );
}

/** How a network is run, and what may be opened. */
function addRunning(command: Command): void {
  command
    .addOption(threads())
    .addOption(device())
    .addOption(precision())
    .addOption(workers())
    .addOption(tileOrAuto())
    .addOption(memory())
    .addOption(timeout())
    .option(
      '--save-every <seconds>',
      `how much work on one picture may be lost when the run is stopped; the same command goes on from there (default: ${defaults.saveEvery})`,
      parseSeconds,
    )
    .addOption(allowCode())
    .addOption(allowOutside());
}

/** What is written, and what it is compared with. */
function addEstimate(command: Command): void {
  command
    .addOption(
      new Option(
        '--format <format>',
        'of the estimate; input: JPEG and WebP files, too, stay what they are (default: tiff for TIFF files, npy for scans, else png, which loses nothing)',
      ).choices(['png', 'tiff', 'jpeg', 'webp', 'npy', 'input']),
    )
    .option(
      '--quality <n>',
      'of JPEG and WebP files, 1 to 100 (default: of the input; 95 where it is not known, and after --problem jpeg)',
      parseQuality,
    )
    .option('--bits <8|16>', 'of the estimate (default: of the input)', parseBits)
    .option('--truth <dir>', 'folder of true images by the same names, for PSNR and SSIM')
    .option('--report', 'write OUT/report.html, a page to look at it all in');
}

/** What is too large. */
function addLimits(command: Command): void {
  command
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
    );
}

/** Which of the items, where others do the rest. */
function addSharing(command: Command): void {
  command
    .option(
      '--shard <i/n>',
      'only part i of n of the pictures, counted from 1: several machines, each with a part',
      parseShard,
    )
    .option('--balance', 'after its own shard, take pictures that no other run works on (a shared disk)');
}

/** What becomes of files that are there, of doubts and of the output. */
function addReplacing(command: Command): void {
  command
    .option('--force', 'replace results that were made in another way')
    .option('--overwrite', 'replace files that are not results of this program, too; never an input')
    .option('--strict', 'make every warning a failure: the picture is not written')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .option('--verbose', 'say how the work is dealt out, and what memory it may take');
}
