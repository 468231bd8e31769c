/** Does one task: an item, a range of its samples, or the merging of its ranges. */
import { manifestName } from '../io/manifest.js';
import { eachItem } from '../jobs/each-item.js';
import { wholeOf } from '../jobs/merge-ranges.js';
import { type Parts, partsOf, sharedOf } from '../jobs/open-job.js';
import { nameOfRange, type RangeLine, rangesName } from '../jobs/range-file.js';
import type { FolderEvent, FolderJob } from '../jobs/restore-folder.js';
import { jobFrom } from '../jobs/stored-job.js';
import { folderPlace, type Place, storePlace } from './place.js';
import { isS3 } from './s3.js';
import type { Task } from './task.js';

/** What is of the worker. */
export interface WorkerOptions extends Pick<FolderJob, 'threads' | 'workers' | 'maxMemory'> {
  /** Runs JavaScript that tasks name: solvers, operators. */
  readonly allowCode?: boolean;
}

/** Keeps open what the next task will most likely need again: the priors of one job, and folders. */
export class Performer {
  private readonly places = new Map<string, Place>();
  private opened: { readonly key: string; readonly job: FolderJob; readonly parts: Parts } | undefined;

  constructor(private readonly options: WorkerOptions) {}

  /**
   * @param ranges lines of the ranges that are to be merged.
   * @returns of a range its line.
   * @throws Error in one sentence where it cannot be done; the signal's reason when aborted.
   */
  async perform(
    task: Task,
    ranges: readonly RangeLine[],
    onEvent: (event: FolderEvent) => void,
    signal: AbortSignal,
  ): Promise<RangeLine | undefined> {
    const { item, range, out, force, overwrite } = task;
    const { job, parts } = await this.open(task);
    const place = await this.placeOf(out);
    const [kind, name] = range ? [rangesName, nameOfRange(item.name, range)] : [manifestName, item.name];
    return place.work(kind, name, ranges, async ({ folder, path }) => {
      let failure: Error | undefined;
      const listen = (event: FolderEvent) => {
        if (event.type === 'failed') failure = event.error;
        onEvent(event);
      };
      const own = { ...job, out, range, force, overwrite, signal };
      const found = ranges.map((line) => ({ folder: path, line }));
      const whole = ranges.length > 0 ? new Map([[item.name, wholeOf(item.name, found)]]) : undefined;
      await eachItem([item], sharedOf(parts, own, folder, listen, whole));
      if (failure) throw failure;
      return range && (folder.lastDone(name) as RangeLine | undefined);
    });
  }

  async close(): Promise<void> {
    for (const place of this.places.values()) await place.close();
    await this.opened?.parts.close();
  }

  private async open({ job: stored, item }: Task): Promise<{ job: FolderJob; parts: Parts }> {
    const key = JSON.stringify(stored);
    if (this.opened?.key === key) return this.opened;
    await this.opened?.parts.close();
    this.opened = undefined;
    const { allowCode, ...options } = this.options;
    const job = { ...(await jobFrom(stored, allowCode)), ...options, inputs: [item.path], out: '' };
    this.opened = { key, job, parts: await partsOf({ ...job, pieces: 1 }) };
    return this.opened;
  }

  private async placeOf(out: string): Promise<Place> {
    const place = this.places.get(out) ?? (isS3(out) ? await storePlace(out) : folderPlace(out));
    this.places.set(out, place);
    return place;
  }
}
