/** Puts the items of a folder job into a queue, for workers on any machine. */
import { resolve } from 'node:path';
import type { FlowJob, JobsOptions, Queue } from 'bullmq';
import { solvers } from '../../solvers/index.js';
import { UsageError } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import type { Item } from '../io/walk.js';
import { type FolderJob, itemsOf } from '../jobs/restore-folder.js';
import { storedJob } from '../jobs/stored-job.js';
import { connectionTo } from './connection.js';
import { optional } from './optional.js';
import { isS3, requireStore } from './s3.js';
import { idOf, nameOfTask, QUEUE, rangesOf, type Task } from './task.js';

/** A folder job that is to be done by others. */
export interface Submission extends Omit<FolderJob, 'range' | 'shard' | 'balance' | 'signal'> {
  /** Such as `redis://localhost:6379`. */
  readonly queue: string;
  /** The most samples that a task draws: a picture with more is dealt out in ranges, which a last task merges. */
  readonly perTask?: number;
}

/** What a submission came to. */
export interface Submitted {
  /** How many items there are. */
  readonly items: number;
  /** How many tasks were put into the queue. */
  readonly tasks: number;
  /** How many were there already, waiting or at work. */
  readonly waiting: number;
  readonly refused: readonly { readonly name: string; readonly path: string; readonly reason: string }[];
}

/** A task that fails is tried once more; what it leaves in Redis is kept for a week. */
const OPTIONS: JobsOptions = {
  attempts: 2,
  stackTraceLimit: 1,
  removeOnComplete: { age: 7 * 24 * 3600 },
};

/**
 * Submits every item. The same submission again does no harm: what waits or is at work stays, what failed is tried
 * again, and what is done is found done.
 * @throws UsageError where nothing can start.
 * @example
 * ```ts
 * import { readProblem } from 'retrodict';
 * import { submitFolder } from 'retrodict/queue';
 *
 * const spec = await readProblem('gaussian-blur:sigma=1.6', 'gaussian:sigma=2/255');
 * const job = { inputs: ['photos'], out: '/shared/restored', spec, samples: 32, perTask: 8 };
 * const { tasks } = await submitFolder({ ...job, queue: 'redis://localhost:6379' });
 * console.log(tasks);
 * ```
 */
export async function submitFolder(submission: Submission): Promise<Submitted> {
  const { queue: url, perTask, ...job } = submission;
  requireTasks(job, perTask);
  const { items, refused } = await itemsOf(isS3(job.out) ? { ...job, out: NOWHERE } : job);
  const connection = await connectionTo(url);
  await requireStore(job.out);
  const stored = await storedJob(job);
  const out = isS3(job.out) ? job.out : resolve(job.out);
  const common = { version: 1, job: stored, out, force: job.force, overwrite: job.overwrite } as const;
  const { FlowProducer, Queue } = await optional('bullmq ioredis', () => import('bullmq'));
  const [queue, flows] = [new Queue(QUEUE, { connection }), new FlowProducer({ connection })];
  let tasks = 0;
  let waiting = 0;
  try {
    for (const item of items) {
      const flow = flowOf({ ...common, item: placed(item) }, perTask);
      if (await makeRoom(queue, flow.opts?.jobId)) {
        await flows.add(flow);
        tasks += 1 + (flow.children?.length ?? 0);
      } else waiting++;
    }
  } finally {
    await flows.close();
    await queue.close();
  }
  return { items: items.length, tasks, waiting, refused };
}

/** No input lies there. */
const NOWHERE = '/retrodict/s3';

function placed({ path, ...item }: Item): Item {
  return { ...item, path: resolve(path) };
}

/** One task, or ranges and what merges them. */
function flowOf(task: Task, perTask: number | undefined): FlowJob {
  const { samples } = task.job;
  const ranges =
    perTask !== undefined && samples !== undefined && samples > perTask && rangesOf(samples, perTask);
  if (!ranges) return jobOf(task);
  const children = ranges.map((range) => ({ ...jobOf({ ...task, range }, { failParentOnFailure: true }) }));
  return { ...jobOf({ ...task, ranges }), children };
}

function jobOf(data: Task, more: JobsOptions = {}): FlowJob {
  return { name: nameOfTask(data), queueName: QUEUE, data, opts: { ...OPTIONS, ...more, jobId: idOf(data) } };
}

/** Takes a task of before out of the queue, unless it waits or is at work. */
async function makeRoom(queue: Queue, id: string | undefined): Promise<boolean> {
  const before = id && (await queue.getJob(id));
  if (!before) return true;
  if (!['completed', 'failed'].includes(await before.getState())) return false;
  await before.remove({ removeChildren: true });
  return true;
}

/** What can be known before a picture is looked at. @throws UsageError */
function requireTasks({ solver, samples, options, bootstrap, epistemic }: FolderJob, perTask?: number): void {
  const named = typeof solver === 'string' ? solvers[solver] : solver;
  if (named) parseOptions(named.options, `solver ${named.name}`, options ?? {});
  if (perTask === undefined) return;
  if (!(Number.isInteger(perTask) && perTask >= 1)) {
    throw new UsageError(`--per-task must be a whole number of samples from 1, found ${perTask}`);
  }
  if (samples === undefined) throw new UsageError('--per-task needs --samples: how many are to be dealt out');
  if (named && named.kind !== 'chain') {
    throw new UsageError(
      `solver ${named.name} draws its samples together, so --per-task cannot deal them out`,
    );
  }
  if (bootstrap || epistemic) {
    throw new UsageError(
      '--bootstrap and --epistemic need all samples at once, so they go with no --per-task',
    );
  }
}
