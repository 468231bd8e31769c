/** Items whose results cannot be written as they are named; found before any work. */
import { basename, dirname, join, resolve } from 'node:path';
import type { Item, Refused } from './walk.js';

/** What a job writes, so that clashes are found. */
export interface Results {
  /** The output folder. */
  readonly out: string;
  /** What may come after an item's name: `.png`, `.sd.png`. */
  readonly endings: readonly string[];
  /** Files of the job itself, below the output folder. */
  readonly reserved?: readonly string[];
  /** What is done with items, for messages: `restored`. */
  readonly verb: string;
}

/** A file's name on most file systems: bytes, or on macOS and Windows UTF-16 units. */
const LONGEST_NAME = 255;

/** A whole path, where the system has such a limit. */
const LONGEST_PATH = 4095;

/**
 * Sets apart the items of which one would write over another, or whose results' names are too long. The same file named
 * twice is one item.
 */
export function separateClashes(
  found: readonly Item[],
  results: Results,
): { items: readonly Item[]; refused: readonly Refused[] } {
  const { single, refused } = separateSameNames(found, results.verb);
  const files = new Map<string, Item[]>();
  for (const item of single) {
    for (const file of filesOf(item, results)) files.set(file, [...(files.get(file) ?? []), item]);
  }
  const items: Item[] = [];
  for (const item of single) {
    const reason = tooLong(item, results) ?? clash(item, files, results);
    if (reason === undefined) items.push(item);
    else refused.push({ ...item, reason });
  }
  return { items, refused };
}

function separateSameNames(found: readonly Item[], verb: string): { single: Item[]; refused: Refused[] } {
  const byName = new Map<string, Item[]>();
  for (const item of found) {
    const same = byName.get(item.name) ?? [];
    if (!same.some(({ path }) => resolve(path) === resolve(item.path))) same.push(item);
    byName.set(item.name, same);
  }
  const single: Item[] = [];
  const refused: Refused[] = [];
  for (const [name, same] of byName) {
    const [{ path }] = same;
    if (same.length === 1) single.push(same[0]);
    else {
      const both = `${same.map((item) => item.path).join(' and ')} would both be written as ${name}`;
      refused.push({ name, path, reason: `${both}, so neither is ${verb}` });
    }
  }
  return { single, refused };
}

function filesOf({ name }: Item, { endings }: Results): string[] {
  return endings.map((ending) => name + ending);
}

/** Why the name or the path of a result would be too long, if so. */
function tooLong({ name }: Item, { out, endings }: Results): string | undefined {
  const longest = endings.reduce((a, b) => (b.length > a.length ? b : a), '');
  const length = (text: string) => (process.platform === 'linux' ? Buffer.byteLength(text) : text.length);
  const file = length(basename(name) + longest);
  if (file > LONGEST_NAME) {
    const would = `its result ending in ${longest} would have a name of ${file}`;
    return `${would} ${process.platform === 'linux' ? 'bytes' : 'characters'}, and the longest is ${LONGEST_NAME}`;
  }
  const path = length(resolve(out, name + longest));
  if (path <= LONGEST_PATH) return undefined;
  return `its result ending in ${longest} would have a path of ${path} bytes, and the longest is ${LONGEST_PATH}`;
}

/** Which other item, or the job itself, would write one of this item's files, or needs a folder of that name. */
function clash(
  item: Item,
  files: ReadonlyMap<string, readonly Item[]>,
  results: Results,
): string | undefined {
  const neither = `so neither is ${results.verb}`;
  for (const file of filesOf(item, results)) {
    if (results.reserved?.includes(file))
      return `its result ${join(results.out, file)} is a file of the job itself`;
    const other = files.get(file)?.find((candidate) => candidate !== item);
    if (other) return `${item.path} and ${other.path} would both write ${file}, ${neither}`;
  }
  for (let folder = dirname(item.name); folder !== '.'; folder = dirname(folder)) {
    const [other] = files.get(folder) ?? [];
    if (other)
      return `${folder} would be a folder for ${item.path} and a file for ${other.path}, so it is not ${results.verb}`;
  }
  return undefined;
}
