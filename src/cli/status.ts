/** `retrodict status` */
import type { Command } from 'commander';
import { queueStatus } from '../queue/index.js';
import { type Finish, statusOf } from './exit-status.js';
import { Output } from './output.js';
import { queueUrl } from './queue-option.js';

interface StatusOptions {
  readonly queue: string;
  readonly json?: boolean;
}

export function addStatus(program: Command, finish: Finish): void {
  program
    .command('status')
    .summary('say how far a queue is, and what failed')
    .description('Counts the tasks of a queue and names those that failed. Exit status 1: some failed.')
    .addOption(queueUrl())
    .option('--json', 'print one JSON object a line, and nothing else, on stdout')
    .action(async (options: StatusOptions) => finish(await status(options)));
}

async function status(options: StatusOptions): Promise<number> {
  const output = new Output(options);
  const { waiting, done, active, failed } = await queueStatus(options.queue);
  for (const event of active) {
    output.result(`${event.task}: ${event.percent} % done`, { type: 'active', ...event });
  }
  for (const event of failed) {
    const text = event.error.includes(event.path) ? event.error : `${event.path}: ${event.error}`;
    output.result(`${event.task} failed: ${text}`, { type: 'failed', ...event });
  }
  const counts = { waiting, active: active.length, done, failed: failed.length };
  const text = `${done} done, ${active.length} at work, ${waiting} waiting, ${failed.length} failed`;
  output.result(text, { type: 'status', ...counts });
  return statusOf(counts);
}
