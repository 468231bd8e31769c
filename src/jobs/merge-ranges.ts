/** From ranges of samples to results: the files and lines that one run would have written. */
import { resolve } from 'node:path';
import { requireText } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { firstDifference, keyOf } from '../io/manifest.js';
import { manifestsIn, readManifests } from '../io/manifests.js';
import { inOrder } from '../sample-range.js';
import { eachItem } from './each-item.js';
import { openJob } from './open-job.js';
import { type FoundRange, type RangeLine, type Ranges, rangesName } from './range-file.js';
import type { FolderEvent, FolderJob, FolderSummary } from './restore-folder.js';
import { jobFrom, type StoredJob } from './stored-job.js';

/** What is to be merged. */
export interface MergeJob
  extends Pick<FolderJob, 'force' | 'overwrite' | 'truth' | 'maxMemory' | 'threads' | 'signal'> {
  /** Folders that ranges were written into. */
  readonly folders: readonly string[];
  /** The output folder; by default the one folder. */
  readonly out?: string;
  /** Loads JavaScript that the ranges' job names. */
  readonly allowCode?: boolean;
}

/**
 * Writes what `restore` writes, from samples that were drawn in ranges. An item whose ranges do not make a whole, or
 * were not drawn in one way, fails, and the others are written.
 * @throws UsageError where there are no ranges, or nothing can start.
 * @example
 * ```ts
 * import { mergeRanges } from 'retrodict';
 *
 * const { done, failed } = await mergeRanges({ folders: ['first', 'second'], out: 'restored' });
 * console.log(done, failed);
 * ```
 */
export async function mergeRanges(
  job: MergeJob,
  onEvent: (event: FolderEvent) => void = () => {},
): Promise<FolderSummary> {
  const { folders, allowCode, out = onlyOne(folders), ...call } = Object(job) as MergeJob;
  requireText(out, 'the name of the output folder: out');
  const byItem = await foundIn(folders);
  const jobs = new Map<string, { stored: StoredJob; items: Ranges[] }>();
  const counts = { done: 0, unchanged: 0, failed: 0 };
  onEvent({ type: 'start', items: byItem.size });
  for (const [name, found] of byItem) {
    try {
      const ranges = wholeOf(name, found);
      const stored = ranges.found[0].line.job;
      const key = keyOf({ job: stored, samples: ranges.found.at(-1)?.line.range[1] });
      jobs.set(key, { stored, items: [...(jobs.get(key)?.items ?? []), ranges] });
    } catch (error) {
      counts.failed++;
      onEvent({ type: 'failed', name, path: found[0].line.path, error: error as Error });
    }
  }
  for (const { stored, items } of jobs.values()) {
    const truth = call.truth ?? stored.truth;
    const samples = items[0].found.at(-1)!.line.range[1];
    const inputs = items.map(({ item }) => item.path);
    const whole = { ...(await jobFrom(stored, allowCode)), ...call, truth, out, inputs, samples };
    const byName = new Map(items.map((ranges) => [ranges.item.name, ranges]));
    const { shared, close } = await openJob(whole, inputs, onEvent, byName);
    try {
      const summary = await eachItem(
        items.map(({ item }) => item),
        shared,
      );
      for (const end of ['done', 'unchanged', 'failed'] as const) counts[end] += summary[end];
    } finally {
      await close();
    }
  }
  return counts;
}

function onlyOne(folders: readonly string[]): string {
  if (folders?.length === 1) return folders[0];
  throw new UsageError('--out is needed to merge several folders');
}

/** @throws UsageError where a folder has none. */
async function foundIn(folders: readonly string[]): Promise<Map<string, FoundRange[]>> {
  const byItem = new Map<string, FoundRange[]>();
  for (const folder of new Set(folders.map((path) => resolve(path)))) {
    if (manifestsIn(folder, rangesName).length === 0) {
      throw new UsageError(
        `${folder} holds no ${rangesName}, expected a folder that restore --samples 0:8 wrote`,
      );
    }
    for (const line of (await readManifests<RangeLine>(folder, rangesName)).values()) {
      byItem.set(line.of, [...(byItem.get(line.of) ?? []), { folder, line }]);
    }
  }
  return byItem;
}

/** @throws UsageError where samples are missing or in two ranges, or were drawn in another way. */
export function wholeOf(name: string, found: readonly FoundRange[]): Ranges {
  const [first, ...others] = found;
  for (const { line } of others) {
    const difference = firstDifference(withoutRange(first.line), withoutRange(line));
    if (!difference) continue;
    const [before, now] = [difference.before, difference.now].map((value) => JSON.stringify(value) ?? 'none');
    const both = `${first.line.range.join(':')} with ${difference.name} = ${before}, and ${line.range.join(':')}`;
    throw new UsageError(`samples ${both} with ${now}: ranges of ${name} were not drawn in one way`);
  }
  const ordered = inOrder(
    found.map((one) => ({ from: one.line.range[0], to: one.line.range[1], one })),
    name,
  );
  const { path, page } = first.line;
  return { item: { name, path, page }, found: ordered.map(({ one }) => one) };
}

/** What all ranges of an item must have alike. */
function withoutRange({ made }: RangeLine): Record<string, unknown> {
  const { range, ...recipe } = made;
  return recipe;
}
