/** `retrodict merge` */
import type { Command } from 'commander';
import { mergeRanges } from '../index.js';
import { type Finish, statusOf } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import { reporter } from './restore-report.js';
import { parseBytes } from './values.js';

interface MergeOptions {
  readonly out?: string;
  readonly truth?: string;
  readonly maxMemory?: number;
  readonly force?: boolean;
  readonly overwrite?: boolean;
  readonly allowCode?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addMerge(program: Command, finish: Finish): void {
  program
    .command('merge')
    .summary('make results of samples that `restore --samples 0:8` drew in ranges')
    .description(
      'Writes what one run of restore writes, bit by bit, from ranges of samples that several runs drew. All samples ' +
        'from 0 on must be there, each once, and drawn in one way. The options of restore are kept with the samples.',
    )
    .argument('<dirs...>', 'folders that restore --samples FROM:TO wrote')
    .option('--out <dir>', 'output folder (default: the folder, where it is one)')
    .option('--truth <dir>', 'folder of true images by the same names (default: as restore was told)')
    .option('--max-memory <size>', 'fail a picture that would need more, such as 4GB', parseBytes)
    .option('--allow-code', 'run the JavaScript that the ranges’ job names (default: refuse)')
    .option('--force', 'replace results that were made in another way')
    .option('--overwrite', 'replace files that are not results of this program, too; never an input')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .action(async (folders: string[], options: MergeOptions) => finish(await merge(folders, options)));
}

async function merge(folders: string[], options: MergeOptions): Promise<number> {
  const output = new Output(options);
  return interruptible(async (signal) => {
    try {
      const summary = await mergeRanges({ ...options, folders, signal }, reporter(output));
      const { done, unchanged, failed } = summary;
      output.note(`${done} merged, ${unchanged} already done, ${failed} failed`, {
        type: 'summary',
        ...summary,
      });
      return statusOf(summary);
    } finally {
      output.endProgress();
    }
  });
}
