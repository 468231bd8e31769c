/** The items of a job, one after the other, each while this run holds it. */
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
 * Restores the items, or draws the job's range of each. A failure is told and recorded, and the next is begun.
 * @throws the signal's reason when aborted.
 */
export async function eachItem(items: readonly Item[], shared: Shared): Promise<Counts> {
  const { folder, job, onEvent } = shared;
  const { range } = job;
  const counts = { done: 0, unchanged: 0, failed: 0, nothing: 0 };
  const nameOf = ({ name }: Item) => (range ? nameOfRange(name, range) : name);
  const queue = [...items];
  const claim = (item: Item) => folder.claim(nameOf(item));
  const onWait = (left: number) => onEvent({ type: 'waiting', items: left });
  for await (const item of dealt(queue, { claim, signal: job.signal, onWait })) {
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
      await folder.release(nameOf(item));
    }
  }
  return counts;
}

async function recordFailure(folder: OutputFolder, { name, path }: Item, error: Error): Promise<void> {
  if (error instanceof Refusal) return;
  const line = { version: 1, name, status: 'failed', path, error: error.message } as const;
  // The failure has been told; a full disk may well refuse this line too.
  await folder.fail(line).catch(() => {});
}
