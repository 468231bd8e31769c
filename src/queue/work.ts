/** A worker: takes tasks from a queue and does them, one at a time, until it is told to stop. */
import type { Job, Worker } from 'bullmq';
import { UsageError } from '../core/errors.js';
import type { RangeLine } from '../jobs/range-file.js';
import type { FolderEvent } from '../jobs/restore-folder.js';
import { connectionTo } from './connection.js';
import { optional } from './optional.js';
import { Performer, type WorkerOptions } from './perform.js';
import { leftIn } from './status.js';
import { nameOfTask, QUEUE, type Task } from './task.js';

/** What a worker does. */
export interface WorkJob extends WorkerOptions {
  /** Such as `redis://localhost:6379`. */
  readonly queue: string;
  /** Ends when the queue holds nothing more to do (default: waits for more). */
  readonly drain?: boolean;
  /**
   * Seconds after which a worker that says nothing is taken for dead, and its task is given to another (default 30).
   * The same for all workers.
   */
  readonly staleAfter?: number;
  /** Stops after the current step; the task goes back to the queue. */
  readonly signal?: AbortSignal;
}

/** What happens to tasks of this worker. */
export type WorkEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'task'; readonly task: string }
  | { readonly type: 'item'; readonly task: string; readonly event: FolderEvent }
  | { readonly type: 'failed'; readonly task: string; readonly error: string; readonly again: boolean };

/** How often progress is told, and the queue looked at, in milliseconds. */
const EVERY = 1000;

/**
 * Works until the signal comes or, with `drain`, the queue is empty. A task is renewed while its steps run, so that a
 * worker that is killed is noticed, and its task is done once more, to the same bits.
 * @returns how many tasks were done, and failed for good.
 * @throws UsageError where the queue is not reached.
 * @example
 * ```ts
 * import { workQueue } from 'retrodict/queue';
 *
 * const { done, failed } = await workQueue({ queue: 'redis://localhost:6379', drain: true });
 * console.log(done, failed);
 * ```
 */
export async function workQueue(
  job: WorkJob,
  onEvent: (event: WorkEvent) => void = () => {},
): Promise<{ readonly done: number; readonly failed: number }> {
  const { queue, drain = false, staleAfter = 30, signal, ...options } = job;
  if (!(staleAfter > 0)) throw new UsageError(`staleAfter must be seconds above 0, found ${staleAfter}`);
  const connection = await connectionTo(queue);
  const { Queue, WaitingError, Worker } = await optional('bullmq ioredis', () => import('bullmq'));
  const stop = new AbortController();
  const performer = new Performer(options);
  const counts = { done: 0, failed: 0 };
  const perform = async (task: Job<Task>, token?: string) => {
    try {
      return await performTask(task, performer, onEvent, stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      await task.moveToWait(token);
      throw new WaitingError();
    }
  };
  const milliseconds = 1000 * staleAfter;
  const worker = new Worker<Task>(QUEUE, perform, {
    ...{ connection, maxStalledCount: 1, lockDuration: milliseconds },
    ...{ lockRenewTime: milliseconds / 3, stalledInterval: milliseconds / 2, drainDelay: 1 },
  });
  worker.on('completed', () => counts.done++);
  worker.on('failed', (task, error) => {
    const again = task !== undefined && task.finishedOn === undefined;
    if (!again) counts.failed++;
    onEvent({ type: 'failed', task: task ? nameOfTask(task.data) : 'a task', error: error.message, again });
  });
  worker.on('error', () => {}); // a server that is gone is waited for
  worker.on('ready', () => onEvent({ type: 'ready' }));
  const looked = new Queue(QUEUE, { connection });
  looked.on('error', () => {});
  try {
    await until(worker, async () => drain && (await leftIn(looked)) === 0, signal);
  } finally {
    const closed = worker.close(); // before the stop, so that it takes no other task
    stop.abort(signal?.reason);
    await closed;
    await looked.close();
    await performer.close();
  }
  signal?.throwIfAborted();
  return counts;
}

async function performTask(
  task: Job<Task>,
  performer: Performer,
  onEvent: (event: WorkEvent) => void,
  signal: AbortSignal,
): Promise<RangeLine | undefined> {
  const name = nameOfTask(task.data);
  onEvent({ type: 'task', task: name });
  let told = 0;
  const listen = (event: FolderEvent) => {
    if (event.type !== 'progress') return onEvent({ type: 'item', task: name, event });
    if (performance.now() - told < EVERY) return undefined;
    told = performance.now();
    void task.updateProgress(Math.round(1000 * event.fraction) / 10).catch(() => {});
    return undefined;
  };
  const ranges = task.data.ranges ? Object.values(await task.getChildrenValues<RangeLine>()) : [];
  return performer.perform(task.data, ranges, listen, signal);
}

/** Waits until there is nothing more to do, or the signal. */
async function until(
  worker: Worker,
  isOver: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    if (signal?.aborted || !worker.isRunning()) return;
    if (await isOver()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, EVERY);
      signal?.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
