/** What a queue holds: one item of a folder job, a range of its samples, or the merging of its ranges. */
import { createHash } from 'node:crypto';
import type { Item } from '../io/walk.js';
import type { StoredJob } from '../jobs/stored-job.js';
import type { SampleRange } from '../sample-range.js';

/** The queue's name in Redis. */
export const QUEUE = 'retrodict';

/** Plain JSON. */
export interface Task {
  readonly version: 1;
  readonly job: StoredJob;
  readonly item: Item;
  /** An absolute path that all workers see, or `s3://BUCKET/PREFIX`. */
  readonly out: string;
  readonly force?: boolean;
  readonly overwrite?: boolean;
  /** Of a range. */
  readonly range?: SampleRange;
  /** Of the merging of ranges: what they are. */
  readonly ranges?: readonly SampleRange[];
}

/** Equal exactly where the tasks are, so that what waits already is not done twice. */
export function idOf(task: Task): string {
  return createHash('sha256').update(JSON.stringify(task)).digest('hex').slice(0, 40);
}

/** For people: `a`, `a samples 0:8`, `a merge`. */
export function nameOfTask({ item, range, ranges }: Task): string {
  if (range) return `${item.name} samples ${range.from}:${range.to}`;
  return ranges ? `${item.name} merge` : item.name;
}

/** Ranges of at most `most` samples each. */
export function rangesOf(samples: number, most: number): SampleRange[] {
  const count = Math.ceil(samples / most);
  return Array.from({ length: count }, (_, k) => ({ from: k * most, to: Math.min((k + 1) * most, samples) }));
}
