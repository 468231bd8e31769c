/**
 * `manifest.jsonl`: one line for every finished item of a folder, written after its files. What the line was made
 * from (`made`) is kept in the open beside its hash (`key`), so that a difference can be named. Who has it open has the
 * folder to itself.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { tryLock } from 'fs-native-extensions';
import { UsageError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { reasonOf } from '../core/reasons.js';
import { makeFolder } from './atomic.js';

/** Of restored pictures; walks pass over folders that hold one. */
export const manifestName = 'manifest.jsonl';

/**
 * Of one of several runs that share a folder.
 * @param part tells it apart: `run-2`; absent, of the one that has the folder's own.
 */
export function nameOfPart(manifest: string, part: string | undefined): string {
  return part === undefined ? manifest : manifest.replace(/\.jsonl$/, `.${part}.jsonl`);
}

/** All that decides the bytes of an item's results, as plain JSON. */
export type Recipe = Readonly<Record<string, unknown>>;

/** An item that is done. */
export interface OkLine {
  readonly version: 1;
  readonly name: string;
  readonly status: 'ok';
  /** The input; absent where there is none. */
  readonly path?: string;
  /** SHA-256 of `made`, its names sorted. */
  readonly key: string;
  readonly made: Recipe;
  /** Files written, relative to the manifest: `NAME.ending`. */
  readonly files: readonly string[];
  /** Of each of them, as it was written. */
  readonly digests: Readonly<Record<string, Digest>>;
  /** When the line was written (ISO 8601). Of several lines of an item, the latest holds. */
  readonly at?: string;
}

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** An item that could not be done; the same command tries it again. */
export interface FailedLine {
  readonly version: 1;
  readonly name: string;
  readonly status: 'failed';
  readonly path: string;
  /** One sentence. */
  readonly error: string;
}

type ManifestLine = OkLine | FailedLine;

/** The key of a line: equal exactly where `made` is. */
export function keyOf(made: Recipe): string {
  return bytesToHex(sha256(utf8ToBytes(canonical(made))));
}

/** The manifest of one output folder, open for appending and locked. */
export class Manifest {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private size: number,
    private readonly done: Map<string, OkLine>,
    /** The item whose line was cut short: its files are of this program, though no whole line says so. */
    readonly torn: string | undefined,
  ) {}

  /** The end of the last line that is being written: a fault of one must not cut another off. */
  private last: Promise<void> = Promise.resolve();

  /**
   * Opens or makes the file and locks it until it is closed or the process ends, however it ends; a last line that
   * was cut short (the program was killed) is dropped.
   * @throws UsageError where another process, or another job of this one, has it open; Error in one sentence where it
   * cannot
   *   be written, is a link or no file, a line is not JSON, or it is another program's.
   */
  static async open(path: string): Promise<Manifest> {
    const file = await openLocked(path);
    if (file) return Manifest.read(path, file);
    const folder = dirname(path);
    throw new UsageError(`another run works in ${folder}; wait until it ends, or give another output folder`);
  }

  /**
   * The first that no other run has open: `NAME`, else its part `run-2`, `run-3` and so on.
   * @throws Error as `open` does.
   */
  static async openFree(folder: string, name: string): Promise<Manifest> {
    for (let run = 1; ; run++) {
      const path = join(folder, run === 1 ? name : nameOfPart(name, `run-${run}`));
      const file = await openLocked(path);
      if (file) return Manifest.read(path, file);
    }
  }

  private static async read(path: string, file: FileHandle): Promise<Manifest> {
    try {
      const bytes = await file.readFile();
      const end = bytes.lastIndexOf('\n') + 1;
      const done = parse(bytes.toString('utf8', 0, end), path);
      if (end < bytes.length) await file.truncate(end);
      return new Manifest(path, file, end, done, nameOfTorn(bytes.toString('utf8', end)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The last line of this item that is `ok`: a failure after it left its files as they were. */
  lastDone(name: string): OkLine | undefined {
    return this.done.get(name);
  }

  /**
   * Appends a line and flushes it to disk, after those that were asked for before.
   * @throws Error in one sentence; what was there before then stands.
   */
  append(line: ManifestLine): Promise<void> {
    const written = this.last.then(() => this.write(line));
    this.last = written.catch(() => {});
    return written;
  }

  private async write(line: ManifestLine): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      await this.file.appendFile(bytes);
      await this.file.sync();
      this.size += bytes.length;
    } catch (error) {
      await this.file.truncate(this.size).catch(() => {});
      throw new Error(`${this.path} cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    if (line.status === 'ok') this.done.set(line.name, line);
  }

  /** An empty manifest is removed: nothing was done in its folder. */
  async close(): Promise<void> {
    await this.last;
    if (this.size === 0) await rm(this.path, { force: true });
    await this.file.close();
  }
}

/** Beyond every line: on Windows what is locked cannot be read by others. */
const LOCKED_BYTE = 2 ** 52;

/** Undefined where another has it locked. */
async function openLocked(path: string): Promise<FileHandle | undefined> {
  const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await makeFolder(dirname(path))
    .then(() => open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK))
    .catch((error) => {
      throw new Error(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
    });
  try {
    if (!(await file.stat()).isFile())
      throw new Error(`${path} is not a file, so no results can be noted there`);
    if (!tryLock(file.fd, LOCKED_BYTE, 1)) {
      await file.close();
      return undefined;
    }
    if ((await file.stat()).nlink > 0) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close(); // who had it locked removed it between our opening and our locking
  return openLocked(path);
}

/** Whether no process has a manifest open, as far as this machine knows. */
export async function isFree(path: string): Promise<boolean> {
  const file = await open(path, 'r+').catch(() => undefined);
  if (!file) return true;
  try {
    return tryLock(file.fd, LOCKED_BYTE, 1);
  } finally {
    await file.close();
  }
}

/**
 * The last `ok` line of each item, by name.
 * @param text whole lines.
 * @param path for messages.
 * @throws Error in one sentence where it is damaged or another program's.
 */
export function parse(text: string, path: string): Map<string, OkLine> {
  const lines = text.split('\n').map((line, i) => {
    try {
      return line === '' ? undefined : (parseJson(line) as ManifestLine);
    } catch {
      throw new Error(`${path} is damaged: line ${i + 1} is not JSON; mend or remove that line`);
    }
  });
  const done = new Map<string, OkLine>();
  lines.forEach((line, i) => {
    if (line === undefined) return;
    if (typeof line?.name !== 'string' || !['ok', 'failed'].includes(line.status)) {
      throw new Error(
        `${path} is not of this program: line ${i + 1} has no name and status; it is left as it is`,
      );
    }
    if (line.version !== undefined && line.version !== 1) {
      throw new Error(
        `${path} is of another version of this program: line ${i + 1} has version ${line.version}, expected 1; it is left as it is`,
      );
    }
    if (line.status === 'ok')
      done.set(line.name, { ...line, files: isListOfNames(line.files) ? line.files : [] });
  });
  return done;
}

function nameOfTorn(line: string): string | undefined {
  const [, name] = /^\{"version":1,"name":("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
  try {
    return name && JSON.parse(name);
  } catch {
    return undefined;
  }
}

export function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

interface Difference {
  /** `options.steps` */
  readonly name: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The first part in which two items were made differently, in the order of the second. */
export function firstDifference(before: unknown, now: unknown, name = ''): Difference | undefined {
  if (canonical(before) === canonical(now)) return undefined;
  if (!isRecord(before) || !isRecord(now)) return { name, before, now };
  for (const part of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const difference = firstDifference(before[part], now[part], name ? `${name}.${part}` : part);
    if (difference) return difference;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** JSON with the names of every object sorted; what is undefined is left out. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part) =>
      isRecord(part) && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}
