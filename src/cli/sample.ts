/** `retrodict sample` */
import type { Command } from 'commander';
import { defaults, samplePrior, unconditionalOptions } from '../index.js';
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
import { allowOutside, type TrustFlags } from './trust-options.js';
import { collectSetting, parseNumber, parsePositive, parseSize, parseWhole } from './values.js';

interface SampleOptions extends LoadFlags, Pick<TrustFlags, 'allowOutside'> {
  readonly prior: string;
  readonly out: string;
  readonly size: readonly [number, number];
  readonly samples: number;
  readonly seed: number;
  readonly set: Record<string, unknown>;
  readonly prompt?: string;
  readonly guidance?: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addSample(program: Command, finish: Finish): void {
  program
    .command('sample')
    .summary('draw images from a prior alone, to see what it knows')
    .description(
      'Draws images from a prior without any measurement and writes DIR/sample-0.png, DIR/sample-1.png, …',
    )
    .requiredOption(
      '--prior <name|dir>',
      'prior: a name of `list priors`, a folder with a card.json or diffusers’ model_index.json, or an .onnx file',
    )
    .requiredOption('--out <dir>', 'output folder, made if need be')
    .option('--size <HxW>', 'height and width, px', parseSize, [256, 256] as const)
    .option('--samples <n>', 'images to draw', parsePositive, defaults.samples)
    .option('--seed <n>', 'the same seed gives the same images', parseWhole, defaults.seed)
    .option('--set <key=value>', `how to draw (repeatable): ${settings()}`, collectSetting, {})
    .option('--prompt <text>', 'what the images are to show, for priors that take texts')
    .option(
      '--guidance <w>',
      'how strongly the text steers, 1: plainly (default: as the card says)',
      parseNumber,
    )
    .addOption(threads())
    .addOption(device())
    .addOption(precision())
    .addOption(workers())
    .addOption(tile())
    .addOption(memory())
    .addOption(timeout())
    .addOption(allowOutside())
    .option('--overwrite', 'replace files that this command did not write, too')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .action(async (options: SampleOptions) => finish(await sampleCommand(options)));
}

async function sampleCommand(options: SampleOptions): Promise<number> {
  const output = new Output(options);
  return interruptible(async (signal) => {
    try {
      await samplePrior({ ...options, options: options.set, signal }, (event) => {
        if (event.type === 'done') output.result(event.file, event);
        else {
          output.progress(event.fraction, `sample ${event.sample + 1} of ${event.samples}`);
        }
      });
      return 0;
    } finally {
      output.endProgress();
    }
  });
}

function settings(): string {
  return Object.entries(unconditionalOptions.shape)
    .map(([name, schema]) => `${name}: ${schema.description}`)
    .join('; ');
}
