/** All manifests of one output folder: several runs may have worked there, and each has a file of its own. */
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../core/reasons.js';
import { manifestName, type OkLine, parse } from './manifest.js';

/** Whose manifest it is, where several runs worked in a folder; other programs may have files of like names. */
const PART = /^(?:\.shard-\d+-of-\d+)?(?:\.run-\d+)?(?:\.item-[0-9a-f]+)?\.jsonl$/;

function isManifest(file: string, name: string): boolean {
  const stem = name.slice(0, -'.jsonl'.length);
  return file.startsWith(stem) && PART.test(file.slice(stem.length));
}

/** Names of a folder's manifests, sorted; none where there is no such folder. */
export function manifestsIn(folder: string, name = manifestName): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => isManifest(file, name))
      .sort();
  } catch {
    return [];
  }
}

/** The last `ok` line of each item of a folder, by name, as far as it was read; others may still be writing. */
export class Manifests {
  private readonly lines = new Map<string, OkLine>();
  /** How many bytes of each file are read. */
  private readonly read = new Map<string, number>();

  /** @param without the manifest that is not looked at. */
  constructor(
    private readonly folder: string,
    private readonly name = manifestName,
    private readonly without?: string,
  ) {}

  /** Reads what has come since. @throws Error in one sentence where one cannot be read or is damaged. */
  async refresh(): Promise<void> {
    for (const file of manifestsIn(this.folder, this.name)) {
      if (file === this.without) continue;
      const from = this.read.get(file) ?? 0;
      const path = join(this.folder, file);
      const bytes = await readFrom(path, from);
      const end = bytes.lastIndexOf('\n') + 1;
      this.read.set(file, from + end);
      for (const line of parse(bytes.toString('utf8', 0, end), path).values()) {
        this.lines.set(line.name, laterOf(this.lines.get(line.name), line)!);
      }
    }
  }

  lastDone(name: string): OkLine | undefined {
    return this.lines.get(name);
  }

  all(): ReadonlyMap<string, OkLine> {
    return this.lines;
  }
}

/** The line that was written later; lines of before there were times are the earliest. */
export function laterOf(a: OkLine | undefined, b: OkLine | undefined): OkLine | undefined {
  if (!a || !b) return a ?? b;
  return (a.at ?? '') > (b.at ?? '') ? a : b;
}

/**
 * The last `ok` line of each item, by name, of all runs that worked in a folder.
 * @throws Error in one sentence where a manifest cannot be read or is damaged.
 */
export async function readManifests<Line extends OkLine>(
  folder: string,
  name?: string,
): Promise<ReadonlyMap<string, Line>> {
  const manifests = new Manifests(folder, name);
  await manifests.refresh();
  return manifests.all() as ReadonlyMap<string, Line>;
}

async function readFrom(path: string, from: number): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(size - from, 0));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0); // an empty one is removed
    throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
