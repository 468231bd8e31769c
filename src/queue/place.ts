/** Where the files of tasks lie: a folder that all workers see, or a store with a folder of this worker before it. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameOfPart, type OkLine } from '../io/manifest.js';
import { readManifests } from '../io/manifests.js';
import { OutputFolder } from '../io/output-folder.js';
import { S3Store } from './s3.js';

/** What a task's work is given. */
interface Workplace {
  readonly folder: OutputFolder;
  /** Where the files of ranges are found that were drawn before. */
  readonly path: string;
}

export interface Place {
  /**
   * Does the work of one line of a manifest; its files are kept.
   * @param kind of manifest: `manifest.jsonl`, `ranges.jsonl`.
   * @param name of the line.
   * @param needs lines whose files the work reads.
   */
  work<T>(
    kind: string,
    name: string,
    needs: readonly OkLine[],
    work: (place: Workplace) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** A folder, which stays open: its manifests are long. */
export function folderPlace(out: string): Place {
  const open = new Map<string, OutputFolder>();
  return {
    async work(kind, _name, _needs, work) {
      const folder = open.get(kind) ?? (await OutputFolder.open(out, kind, { inputs: [] }, {}));
      open.set(kind, folder);
      return work({ folder, path: out });
    },
    async close() {
      for (const folder of open.values()) await folder.close();
    },
  };
}

/** A store. Each line is a manifest by itself, written after the files, so that a copy is a folder of results. */
export async function storePlace(out: string): Promise<Place> {
  const store = await S3Store.open(out);
  return {
    async work(kind, name, needs, work) {
      const path = await mkdtemp(join(tmpdir(), 'retrodict-'));
      try {
        const own = nameOfPart(kind, `item-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`);
        await store.get(path, [own]);
        const before = (await readManifests(path, kind)).get(name);
        await store.get(path, [...(before?.files ?? []), ...needs.flatMap(({ files }) => files)]);
        const folder = await OutputFolder.open(path, kind, { inputs: [] }, {});
        const result = await work({ folder, path }).finally(() => folder.close());
        const line = (await readManifests(path, kind)).get(name);
        if (line && line.at !== before?.at) {
          await store.put(path, line.files);
          await store.putFile(own, `${JSON.stringify(line)}\n`);
        }
        return result;
      } finally {
        await rm(path, { recursive: true, force: true });
      }
    },
    async close() {
      store.close();
    },
  };
}
