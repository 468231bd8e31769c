/** The items of a job, as many at a time as keep its workers busy, each while this run holds it. */
import { type OutputFolder, Refusal, TakenOver } from '../io/output-folder.js';
import type { Item } from '../io/walk.js';
import { dealt } from './deal.js';
import { drawItem } from './draw-item.js';
import { nameOfRange } from './range-file.js';
import { restoreItem, type Shared } from './restore-item.js';

/** How many items came to which end. */
export interface Counts {
  readonly done: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Nothing was found to restore. */
  readonly nothing: number;
}

/**
 * Restores the items, or draws the job's range of each. A failure is told and recorded, and the next is begun. What an
 * item gives does not depend on those beside it; lines of the manifest follow the order in which items are done.
 * @throws the signal's reason when aborted; by then none is at work any more.
 */
export async function eachItem(items: readonly Item[], shared: Shared): Promise<Counts> {
  const { folder, job, room, onEvent } = shared;
  const { range } = job;
  const counts = { done: 0, unchanged: 0, failed: 0, nothing: 0 };
  const nameOf = ({ name }: Item) => (range ? nameOfRange(name, range) : name);
  const queue = [...items];
  const claim = (item: Item) => folder.claim(nameOf(item));
  const onWait = (left: number) => onEvent({ type: 'waiting', items: left });
  const restoreOne = async (item: Item) => {
    try {
      counts[await (range ? drawItem(item, shared, range) : restoreItem(item, shared))]++;
    } catch (error) {
      if (job.signal?.aborted) throw error;
      if (error instanceof TakenOver) queue.push(item);
      else {
        counts.failed++;
        onEvent({ type: 'failed', name: item.name, path: item.path, error: error as Error });
        await recordFailure(folder, { ...item, name: nameOf(item) }, error as Error);
      }
    } finally {
      room.leave(item.name);
      await folder.release(nameOf(item));
    }
  };
  do {
    await inLanes(itemsAtATime(shared), dealt(queue, { claim, signal: job.signal, onWait }), restoreOne);
  } while (queue.length > 0);
  return counts;
}

/** One is read, or written, while the workers are busy with others; one at a time where there is one worker. */
function itemsAtATime({ prior }: Shared): number {
  const workers = prior?.workers ?? 1;
  return workers === 1 ? 1 : workers + 1;
}

/** Works on what comes, so many at a time. @throws what the first to fail throws, when all have ended. */
async function inLanes<I>(
  count: number,
  coming: AsyncGenerator<I, void, undefined>,
  work: (item: I) => Promise<void>,
): Promise<void> {
  const lane = async () => {
    for await (const item of coming) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: count }, lane));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function recordFailure(folder: OutputFolder, { name, path }: Item, error: Error): Promise<void> {
  if (error instanceof Refusal) return;
  const line = { version: 1, name, status: 'failed', path, error: error.message } as const;
  // The failure has been told; a full disk may well refuse this line too.
  await folder.fail(line).catch(() => {});
}
