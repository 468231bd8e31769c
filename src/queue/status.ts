/** What a queue holds. */
import type { Job, Queue } from 'bullmq';
import { connectionTo } from './connection.js';
import { optional } from './optional.js';
import { nameOfTask, QUEUE, type Task } from './task.js';

/** How far a queue is. */
export interface QueueStatus {
  /** Tasks that wait for a worker, or for the ranges that they merge. */
  readonly waiting: number;
  readonly done: number;
  /** At work, with the percentage that is done. */
  readonly active: readonly { readonly task: string; readonly out: string; readonly percent: number }[];
  /** Given up after two tries, with the reason. */
  readonly failed: readonly {
    readonly task: string;
    readonly path: string;
    readonly out: string;
    readonly error: string;
  }[];
}

/** States of tasks that are not over. */
const LEFT = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children'] as const;

/** How many tasks are not over. */
export async function leftIn(queue: Queue): Promise<number> {
  const counts = await queue.getJobCounts(...LEFT);
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/**
 * Looks at a queue.
 * @throws UsageError where it is not reached.
 * @example
 * ```ts
 * import { queueStatus } from 'retrodict/queue';
 *
 * const { waiting, active, done, failed } = await queueStatus('redis://localhost:6379');
 * console.log(waiting, active.length, done, failed);
 * ```
 */
export async function queueStatus(url: string): Promise<QueueStatus> {
  const connection = await connectionTo(url);
  const { Queue } = await optional('bullmq ioredis', () => import('bullmq'));
  const queue = new Queue<Task>(QUEUE, { connection });
  try {
    const [left, done] = [await leftIn(queue), await queue.getCompletedCount()];
    const active = await tasksOf(queue, 'active');
    const failed = await tasksOf(queue, 'failed');
    return {
      waiting: Math.max(left - active.length, 0),
      done,
      active: active.map(({ data, progress }) => ({
        ...{ task: nameOfTask(data), out: data.out, percent: Number(progress) || 0 },
      })),
      failed: failed.map(({ data, failedReason }) => ({
        ...{ task: nameOfTask(data), path: data.item.path, out: data.out, error: failedReason },
      })),
    };
  } finally {
    await queue.close();
  }
}

/** One that has just gone is passed over. */
async function tasksOf(queue: Queue<Task>, state: 'active' | 'failed'): Promise<Job<Task>[]> {
  return (await queue.getJobs([state])).filter((job) => job !== undefined);
}
