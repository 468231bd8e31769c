/** From the files and folders of a command line to the list of things to work on (ARCHITECTURE.md §5). */
import { existsSync, type Stats, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { UsageError } from '../core/errors.js';
import { manifestName } from './manifest.js';
import { requireOut } from './output-folder.js';

/** One file to work on. */
export interface Item {
  readonly path: string;
  /** Where its results go, below the output folder and without extension: `a/b`, always with `/`. */
  readonly name: string;
}

export interface Walk {
  readonly items: readonly Item[];
  /** What was passed over, and why: "is not a picture". */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Inputs that share an output, so that none of them is worked on. */
  readonly refused: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** Extensions of the files that are measurements or images. */
export const inputExtensions: readonly string[] = [
  '.png',
  '.jpg',
  '.jpeg',
  '.tif',
  '.tiff',
  '.webp',
  '.avif',
  '.npy',
  '.npz',
];

/** Endings that this program gives to what it writes beside its estimates. */
const ownStems = ['.sd', '.posterior', '.preview', '.part'];

/**
 * Folders are walked recursively in sorted order, their hierarchy kept; a file maps to its base name.
 * @param out the output folder, which need not exist.
 * @throws UsageError where an input is missing, the output folder lies within an input folder or holds an input
 *   file, or there is nothing to work on.
 */
export async function walk(inputs: readonly string[], out: string): Promise<Walk> {
  requireOut(out);
  const outPath = await realPath(out);
  const items: Item[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const input of inputs) {
    const found = await statInput(input);
    const path = await realPath(input);
    if (found.isDirectory()) {
      if (isWithin(outPath, path)) {
        throw new UsageError(
          `the output folder ${out} lies within the input folder ${input}, expected one apart`,
        );
      }
      await walkFolder(input, '', items, skipped);
    } else {
      if (dirname(path) === outPath) {
        const trouble = 'so results could replace it';
        throw new UsageError(`the input ${input} lies in the output folder ${out}, ${trouble}`);
      }
      items.push({ path: input, name: stemOf(basename(input)) });
    }
  }
  if (items.length === 0) {
    const kinds = inputExtensions.map((extension) => extension.slice(1)).join(', ');
    throw new UsageError(`${inputs.join(', ')} holds no file to work on, expected ${kinds}`);
  }
  return { ...separateRefused(items), skipped };
}

async function statInput(input: string): Promise<Stats> {
  try {
    return await stat(input);
  } catch {
    throw new UsageError(`the input ${input} does not exist`);
  }
}

/** The path with every symbolic link resolved; of what does not exist yet, that of the nearest folder that does. */
export async function realPath(path: string): Promise<string> {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpath(absolute);
  return join(await realPath(dirname(absolute)), basename(absolute));
}

/** Whether a real path is a folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

async function walkFolder(
  folder: string,
  prefix: string,
  items: Item[],
  skipped: { path: string; reason: string }[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const pass = (reason: string) => skipped.push({ path, reason });
    if (entry.isDirectory()) {
      if (existsSync(join(path, manifestName))) pass('is a folder of results: it holds a manifest');
      else await walkFolder(path, `${prefix}${entry.name}/`, items, skipped);
      continue;
    }
    const stem = stemOf(entry.name);
    const file =
      entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile());
    if (!file) pass('is not a file');
    else if (entry.name.startsWith('.') || !inputExtensions.includes(extname(entry.name).toLowerCase())) {
      pass('is not a picture, .npy or .npz file');
    } else if (ownStems.some((ending) => stem.endsWith(ending))) pass('is a result, by its name');
    else items.push({ path, name: prefix + stem });
  }
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/** The same file named twice is one item; different files with one output are none. */
function separateRefused(items: readonly Item[]): Pick<Walk, 'items' | 'refused'> {
  const paths = new Map<string, string[]>();
  for (const { name, path } of items) {
    const same = paths.get(name) ?? [];
    if (!same.some((other) => resolve(other) === resolve(path))) same.push(path);
    paths.set(name, same);
  }
  const entries = [...paths];
  return {
    items: entries.filter(([, same]) => same.length === 1).map(([name, [path]]) => ({ name, path })),
    refused: entries.filter(([, same]) => same.length > 1).map(([name, same]) => ({ name, paths: same })),
  };
}
