/**
 * `manifest.jsonl`: one line for every finished item of a folder, written after its files. What the line was made
 * from (`made`) is kept in the open beside its hash (`key`), so that a difference can be named.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { reasonOf } from './atomic.js';

export const manifestName = 'manifest.jsonl';

/** All that decides the bytes of an item's results, as plain JSON. */
export type Recipe = Readonly<Record<string, unknown>>;

/** An item that is done. */
export interface OkLine {
  readonly version: 1;
  readonly name: string;
  readonly status: 'ok';
  /** The input. */
  readonly path: string;
  /** SHA-256 of `made`, its names sorted. */
  readonly key: string;
  readonly made: Recipe;
  /** Files written, relative to the manifest. */
  readonly files: readonly string[];
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

export type ManifestLine = OkLine | FailedLine;

/** The key of a line: equal exactly where `made` is. */
export function keyOf(made: Recipe): string {
  return bytesToHex(sha256(utf8ToBytes(canonical(made))));
}

/** The manifest of one output folder, open for appending. */
export class Manifest {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private size: number,
    private readonly lines: Map<string, ManifestLine>,
  ) {}

  /**
   * Opens or makes the file; a last line that was cut short (the program was killed) is dropped.
   * @throws Error in one sentence where it cannot be written, or a line other than the last is not JSON.
   */
  static async open(path: string): Promise<Manifest> {
    const file = await mkdir(dirname(path), { recursive: true })
      .then(() => open(path, 'a+'))
      .catch((error) => {
        throw new Error(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
      });
    try {
      const bytes = await file.readFile();
      const end = bytes.lastIndexOf('\n') + 1;
      if (end < bytes.length) await file.truncate(end);
      return new Manifest(path, file, end, parse(bytes.toString('utf8', 0, end), path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The last line written for this item. */
  last(name: string): ManifestLine | undefined {
    return this.lines.get(name);
  }

  /** Appends a line and flushes it to disk. @throws Error in one sentence; what was there before then stands. */
  async append(line: ManifestLine): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      await this.file.appendFile(bytes);
      await this.file.sync();
      this.size += bytes.length;
    } catch (error) {
      await this.file.truncate(this.size).catch(() => {});
      throw new Error(`${this.path} cannot be written: ${reasonOf(error)}`, { cause: error });
    }
    this.lines.set(line.name, line);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function parse(text: string, path: string): Map<string, ManifestLine> {
  const lines = new Map<string, ManifestLine>();
  text.split('\n').forEach((line, i) => {
    if (line === '') return;
    try {
      const parsed = JSON.parse(line) as ManifestLine;
      lines.set(parsed.name, parsed);
    } catch {
      throw new Error(`${path} is damaged: line ${i + 1} is not JSON; mend or remove that line`);
    }
  });
  return lines;
}

export interface Difference {
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
