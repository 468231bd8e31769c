/**
 * Where a job writes. It replaces and removes only files that its own manifest lists, never an input, and whatever it
 * writes is whole: killed at any moment, the same command goes on.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { requireText } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';
import { type Content, moveInPlace, removeLeftovers, writeAside } from './atomic.js';
import { CheckpointFolder, type Saving } from './checkpoint-folder.js';
import { Claims } from './claims.js';
import { digested } from './digested.js';
import { type Digest, type FailedLine, Manifest, nameOfPart, type OkLine } from './manifest.js';
import { laterOf, Manifests } from './manifests.js';

/** What is there stands, and so does its line: an item that is not worked on. */
export class Refusal extends Error {}

/** Another run took the item for abandoned and has it now. */
export class TakenOver extends Error {}

/** An empty name would mean the current folder. @throws UsageError */
export function requireOut(out: string): void {
  requireText(out, 'the name of the output folder: out');
  if (out === '') throw new UsageError('--out is empty, expected the name of a folder; . is the current one');
}

/** A file to be: `NAME` + `ending`. */
export interface NewFile {
  readonly ending: string;
  readonly bytes: Content;
}

export interface Protection {
  /** Inputs of the job, which are never replaced. */
  readonly inputs: readonly string[];
  /** Replaces files of others too. */
  readonly overwrite?: boolean;
}

/** Of a folder in which several runs may work at a time. */
export interface Sharing {
  /** Tells this run's manifest from those of others: `shard-1-of-4`. */
  readonly part?: string;
}

export class OutputFolder {
  private constructor(
    private readonly out: string,
    private readonly kind: string,
    private readonly manifest: Manifest,
    private readonly others: Manifests,
    private readonly claims: Claims,
    private readonly inputs: ReadonlySet<string>,
    private readonly overwrite: boolean,
  ) {}

  /**
   * Makes the folder if need be.
   * @param kind the name of its manifest, one for each kind of job.
   * @param sharing other runs may work there at the same time; without it they are kept out until it is closed.
   * @throws UsageError where another process works in it or the name is empty; Error where it cannot be written.
   */
  static async open(
    out: string,
    kind: string,
    protection: Protection,
    sharing?: Sharing,
  ): Promise<OutputFolder> {
    requireOut(out);
    const manifest = sharing
      ? await Manifest.openFree(out, nameOfPart(kind, sharing.part))
      : await Manifest.open(join(out, kind));
    const own = basename(manifest.path);
    const others = new Manifests(out, kind, own);
    await others.refresh();
    const inputs = new Set((await Promise.all(protection.inputs.map(placesOf))).flat());
    const claims = new Claims({ out, kind, manifest: own, alone: sharing === undefined });
    return new OutputFolder(out, kind, manifest, others, claims, inputs, protection.overwrite ?? false);
  }

  /**
   * Takes an item for this run; what others have done until then is known from there on.
   * @returns false where another run works on it.
   */
  async claim(name: string): Promise<boolean> {
    if (!(await this.claims.take(name))) return false;
    await this.others.refresh();
    return true;
  }

  /** Gives an item back, done or not. */
  async release(name: string): Promise<void> {
    await this.claims.release(name);
  }

  lastDone(name: string): OkLine | undefined {
    return laterOf(this.others.lastDone(name), this.manifest.lastDone(name));
  }

  /** The files of a line that are there but not as they were written, and those that are gone. */
  compare(line: OkLine): Promise<Compared> {
    return comparedFiles(this.out, line);
  }

  /**
   * @param endings of all files that the item may come to have.
   * @throws Refusal where one of them would replace an input, a folder, or a file that no line of this item lists, or
   *   where a file that one lists is not as this program wrote it.
   */
  async requireFree(name: string, endings: readonly string[]): Promise<void> {
    await this.requireHeld(name);
    const own = this.filesOf(name);
    const changed = await this.changedByOthers(name);
    for (const file of new Set([...endings.map((ending) => name + ending), ...own])) {
      const path = join(this.out, file);
      const there = await lstat(path).catch(() => undefined);
      if (there === undefined) continue;
      if (there.isDirectory()) throw new Refusal(`${path} is a folder, so no file can be written there`);
      if ((await placesOf(path)).some((place) => this.inputs.has(place))) {
        throw new Refusal(`${path} is an input, so it is not replaced; give another output folder`);
      }
      if (this.overwrite || this.manifest.torn === name) continue;
      if (changed.includes(file)) {
        throw new Refusal(`${path} was changed after this program wrote it; --overwrite replaces it`);
      }
      if (own.includes(file)) continue;
      const trouble = 'is there already, and this program has no record of writing it';
      throw new Refusal(`${path} ${trouble}; give another output folder, or --overwrite to replace it`);
    }
  }

  /**
   * Puts all files of an item in place, removes those that it had before and has no more, and appends its line.
   * @throws Error in one sentence; then no new file is there that the next run would take for another's. TakenOver
   *   where another run has the item now.
   */
  async put<Rest extends Pick<OkLine, 'key' | 'made'>>(
    name: string,
    files: readonly NewFile[],
    rest: Rest,
  ): Promise<OkLine & Rest> {
    await this.requireHeld(name);
    const written = files.map(({ ending }) => name + ending);
    const old = this.filesOf(name).filter((file) => !written.includes(file));
    const asides: string[] = [];
    const digests: Record<string, Digest> = {};
    try {
      for (const { ending, bytes } of files) {
        await removeLeftovers(join(this.out, name + ending));
        const note = (digest: Digest) => {
          digests[name + ending] = digest;
        };
        asides.push(await writeAside(join(this.out, name + ending), digested(bytes, note)));
      }
      await this.claims.note(name, [...written, ...old]);
      for (const [i, file] of written.entries()) await moveInPlace(asides[i], join(this.out, file));
      for (const file of old) await rm(join(this.out, file), { force: true });
    } catch (error) {
      for (const aside of asides) await rm(aside, { force: true }).catch(() => {});
      throw error;
    }
    const at = new Date().toISOString();
    const line = { version: 1 as const, name, status: 'ok' as const, ...rest, files: written, digests, at };
    await this.manifest.append(line);
    await this.claims.note(name, []);
    await this.claims.release(name);
    return line;
  }

  /** Where the work on an item that is held is kept until the item is done. @param key of how it is made. */
  checkpoints(name: string, key: string, saving: Saving): Promise<CheckpointFolder> {
    return CheckpointFolder.open(join(this.out, `.${this.kind}.checkpoints`), name, key, saving);
  }

  async fail(line: FailedLine): Promise<void> {
    await this.manifest.append(line);
  }

  async close(): Promise<void> {
    await this.claims.close();
    await this.manifest.close();
  }

  /** In a folder that is not shared nobody else can have it. */
  private async requireHeld(name: string): Promise<void> {
    if ((await this.claims.take(name)) && (await this.claims.has(name))) return;
    throw new TakenOver(`another run works on ${join(this.out, name)}`);
  }

  /** Unless a killed run was at work on the item. Lines of before digests were kept tell nothing. */
  private async changedByOthers(name: string): Promise<readonly string[]> {
    const last = this.lastDone(name);
    if (last?.digests === undefined || this.claims.filesOf(name).length > 0) return [];
    return (await this.compare(last)).changed;
  }

  /** What the item has, by its last line and by what a killed run was putting in place. */
  private filesOf(name: string): string[] {
    const listed = this.lastDone(name)?.files ?? [];
    return ownFiles(name, [...new Set([...listed, ...this.claims.filesOf(name)])]);
  }
}

interface Compared {
  readonly changed: string[];
  readonly missing: string[];
}

/** Files of a line that are not as they were written, or not there. */
export async function comparedFiles(out: string, { name, files, digests }: OkLine): Promise<Compared> {
  const [changed, missing]: string[][] = [[], []];
  for (const file of ownFiles(name, files)) {
    const path = join(out, file);
    const there = await lstat(path).catch(() => undefined);
    if (!there?.isFile()) missing.push(file);
    else if (there.size !== digests?.[file]?.bytes || (await hashOf(path)) !== digests[file].sha256) {
      changed.push(file);
    }
  }
  return { changed, missing };
}

/**
 * Of the files that a line lists, those that can be its item's: a line of a stranger's manifest names what it likes.
 */
export function ownFiles(name: string, files: readonly string[]): string[] {
  if (name.split('/').some((part) => part === '..' || part === '')) return [];
  return files.filter((file) => file.startsWith(`${name}.`) && !file.slice(name.length).includes('/'));
}

/** Where a path lies, links in its folder resolved, and what it leads to. */
async function placesOf(path: string): Promise<string[]> {
  const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)));
  const target = await realpath(path).catch(() => undefined);
  return [join(folder, basename(path)), ...(target === undefined ? [] : [target])];
}

/** @throws Error in one sentence where it cannot be read. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((error) => {
    throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  return hash.digest('hex');
}
