/** `retrodict work` */
import type { Command } from 'commander';
import { type WorkEvent, type WorkJob, workQueue } from '../queue/index.js';
import { type Finish, statusOf } from './exit-status.js';
import { interruptible } from './interrupt.js';
import { Output } from './output.js';
import { threads } from './prior-options.js';
import { queueUrl } from './queue-option.js';
import { reporter } from './restore-report.js';
import { parseBytes, parsePositive, parseSeconds } from './values.js';

interface WorkOptions extends Omit<WorkJob, 'signal'> {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addWork(program: Command, finish: Finish): void {
  program
    .command('work')
    .summary('restore what `submit` put into a queue, until told to stop')
    .description(
      'Takes pictures from a queue and restores them, one at a time. Start as many as there are machines, or cores. ' +
        'Ctrl-C and SIGTERM give the picture back to the queue; that of a worker that dies is done once more.',
    )
    .addOption(queueUrl())
    .option('--drain', 'end when nothing is left to do (default: wait for more)')
    .addOption(threads())
    .option(
      '--workers <n>',
      'processes that run the network for one picture, to the same bits; with many pictures, more `work`s do more (default: 1)',
      parsePositive,
    )
    .option('--max-memory <size>', 'fail a picture that would need more, such as 4GB', parseBytes)
    .option(
      '--stale-after <s>',
      'seconds after which a silent worker counts as dead; the same for all workers (default: 30)',
      parseSeconds,
    )
    .option('--allow-code', 'run JavaScript that tasks name: solvers, operators (default: refuse)')
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .option('--quiet', 'print errors only')
    .action(async (options: WorkOptions) => finish(await work(options)));
}

async function work(options: WorkOptions): Promise<number> {
  const output = new Output(options);
  return interruptible(async (signal) => {
    const counts = await workQueue({ ...options, signal }, teller(output));
    output.note(`${counts.done} tasks done, ${counts.failed} failed`, { type: 'summary', ...counts });
    return statusOf(counts);
  });
}

function teller(output: Output): (event: WorkEvent) => void {
  const tell = reporter(output);
  return (event) => {
    if (event.type === 'ready') output.note('waiting for tasks', event);
    else if (event.type === 'failed') {
      const more = event.again ? '; it is tried once more' : '';
      output.error(`${event.task}: ${event.error}${more}`, event);
    } else if (event.type === 'item' && event.event.type !== 'failed') tell(event.event);
  };
}
