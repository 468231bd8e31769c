/** `retrodict submit` */
import type { Command } from 'commander';
import { UsageError } from '../index.js';
import { submitFolder } from '../queue/index.js';
import type { Finish } from './exit-status.js';
import { Output } from './output.js';
import { queueUrl } from './queue-option.js';
import { jobsOf } from './restore.js';
import { addOptions, type RestoreOptions } from './restore-options.js';
import { parsePositive } from './values.js';

interface SubmitOptions extends RestoreOptions {
  readonly queue: string;
  readonly perTask?: number;
}

export function addSubmit(program: Command, finish: Finish): void {
  const command = program
    .command('submit')
    .summary('put pictures into a queue, for `work` on any machine')
    .description(
      'Puts each picture into a queue in Redis or Valkey, with the options of restore. Workers (`retrodict work`) ' +
        'restore them into DIR, which all see by the same path, or into an S3-compatible store (s3://BUCKET/PREFIX). ' +
        'The same command again tries what failed once more, and does nothing twice.',
    )
    .argument('<inputs...>', 'pictures, measurements and folders of them, by paths that workers see, too')
    .addOption(queueUrl())
    .option(
      '--per-task <n>',
      'samples that one task draws; a picture with more is dealt out in ranges and merged (default: a picture is a task)',
      parsePositive,
    )
    .action(async (inputs: string[], options: SubmitOptions) => finish(await submit(inputs, options)));
  addOptions(command);
}

async function submit(inputs: string[], { queue, perTask, ...options }: SubmitOptions): Promise<number> {
  const [wrong] = (['shard', 'balance', 'report'] as const).filter((name) => options[name] !== undefined);
  if (wrong) throw new UsageError(`--${wrong} is of restore: a queue deals the pictures out by itself`);
  if (typeof options.samples === 'object') {
    throw new UsageError('--samples FROM:TO is of restore: --per-task deals samples out in ranges');
  }
  const output = new Output(options);
  let failed = 0;
  for (const job of await jobsOf(inputs, options)) {
    const { items, tasks, waiting, refused } = await submitFolder({ ...job, queue, perTask });
    for (const { name, path, reason } of refused) output.failure({ name, path, error: new Error(reason) });
    failed += refused.length;
    const there = waiting === 0 ? '' : `, ${waiting} are there already`;
    output.note(`${items} pictures: ${tasks} tasks submitted${there}`, {
      ...{ type: 'submitted', items, tasks, waiting, refused: refused.length },
    });
  }
  return failed === 0 ? 0 : 1;
}
