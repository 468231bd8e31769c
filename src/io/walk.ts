/** From the files and folders of a command line to the list of things to work on (ARCHITECTURE.md §5). */
import { type Dirent, existsSync, type Stats, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';
import { type Results, separateClashes } from './clashes.js';
import { foreignFormat } from './foreign-formats.js';
import { manifestsIn } from './manifests.js';
import { requireOut } from './output-folder.js';
import { readerEndings } from './readers/index.js';

/** One file to work on. */
export interface Item {
  readonly path: string;
  /** Where its results go, below the output folder and without extension: `a/b`, always with `/`. */
  readonly name: string;
  /** Of a file that holds several pictures: the one that is meant, from 1. */
  readonly page?: number;
}

interface Walk {
  readonly items: readonly Item[];
  /** What was passed over, and why: "is not a picture". */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** What was found and cannot be worked on. */
  readonly refused: readonly Refused[];
}

export interface Refused extends Item {
  /** One sentence. */
  readonly reason: string;
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
  ...readerEndings,
];

/** Endings that this program gives to what it writes beside its estimates. */
const ownStems = /\.(?:sd|bootstrap|epistemic|posterior|preview|part|sample-[1-9]\d*|samples-\d+-\d+)$/;

/**
 * Folders are walked recursively in sorted order, their hierarchy kept; a file maps to its base name. An entry of a
 * folder that cannot be read, or whose results cannot be written as it is named, is refused by itself.
 * @param results what the job writes; its folder need not exist.
 * @param parts the items that a file is, where it is not one.
 * @throws UsageError where an input is missing or neither file nor folder, the output folder lies within an input
 *   folder or holds an input file, or there is nothing to work on.
 */
export async function walk(
  inputs: readonly string[],
  results: Results,
  parts: (item: Item) => Promise<readonly Item[]> = async (item) => [item],
): Promise<Walk> {
  const { out } = results;
  requireOut(out);
  const outPath = await realPath(out);
  const found: Found = { items: [], skipped: [], refused: [] };
  for (const input of inputs) {
    const kind = await statInput(input);
    const path = await realPath(input);
    if (kind.isDirectory()) {
      if (isWithin(outPath, path)) {
        throw new UsageError(
          `the output folder ${out} lies within the input folder ${input}, expected one apart`,
        );
      }
      await walkFolder(input, '', found);
    } else {
      if (dirname(path) === outPath) {
        const trouble = 'so results could replace it';
        throw new UsageError(`the input ${input} lies in the output folder ${out}, ${trouble}`);
      }
      found.items.push({ path: input, name: stemOf(basename(input)) });
    }
  }
  if (found.items.length + found.refused.length === 0) {
    const kinds = inputExtensions.map((extension) => extension.slice(1)).join(', ');
    throw new UsageError(`${inputs.join(', ')} holds no file to work on, expected ${kinds}`);
  }
  const whole: Item[] = [];
  for (const item of found.items) whole.push(...(await parts(item)));
  const { items, refused } = separateClashes(whole, results);
  return { items, skipped: found.skipped, refused: [...found.refused, ...refused] };
}

/** What a walk gathers. */
interface Found {
  readonly items: Item[];
  readonly skipped: { path: string; reason: string }[];
  readonly refused: Refused[];
}

/** Devices and pipes are refused: some never end. */
async function statInput(input: string): Promise<Stats> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${reasonOf(error)}`;
    throw new UsageError(`the input ${input} ${why}`);
  });
  if (found.isFile() || found.isDirectory()) return found;
  throw new UsageError(`the input ${input} is neither a file nor a folder`);
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

async function walkFolder(folder: string, prefix: string, found: Found): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const reason = `${folder} cannot be read: ${reasonOf(error)}`;
    found.refused.push({ name: prefix.slice(0, -1), path: folder, reason });
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    if (isBesideSimulated(entry.name, names)) continue;
    const path = join(folder, entry.name);
    const pass = (reason: string) => found.skipped.push({ path, reason });
    if (entry.isDirectory() && isResults(path)) {
      pass('is a folder of results: it holds a manifest');
    } else if (entry.isDirectory() && !isMisread(path)) {
      await walkFolder(path, `${prefix}${entry.name}/`, found);
    } else if (!entry.isDirectory() && !isFile(entry, path)) {
      pass('is not a file');
    } else if (!entry.isDirectory() && !isInput(entry.name)) {
      const hidden = entry.name.startsWith('.') ? 'is hidden, by its name' : undefined;
      pass(hidden ?? foreignFormat(entry.name) ?? 'is not a picture, .npy or .npz file');
    } else if (isMisread(path)) {
      const reason = `${path} has a name that is not UTF-8; rename it`;
      found.refused.push({ name: prefix + stemOf(entry.name), path, reason });
    } else if (ownStems.test(stemOf(entry.name))) {
      pass('is a result, by its name');
    } else found.items.push({ path, name: prefix + stemOf(entry.name) });
  }
}

/** What `simulate` writes for its measurements: nobody needs to be told of it. */
function isBesideSimulated(name: string, names: ReadonlySet<string>): boolean {
  if (!names.has('simulated.jsonl')) return false;
  if (name === 'simulated.jsonl' || name === 'problem.json') return true;
  const [measured] = /^.*(?=\.(json|preview\.png)$)/.exec(name) ?? [];
  return measured !== undefined && inputExtensions.some((ending) => names.has(measured + ending));
}

function isResults(folder: string): boolean {
  return ['manifest.jsonl', 'ranges.jsonl'].some((name) => manifestsIn(folder, name).length > 0);
}

/** Bytes of a name that are no text are read as U+FFFD, and then there is no file of that name. */
function isMisread(path: string): boolean {
  return path.includes('\ufffd') && !existsSync(path);
}

/** Or a link to one. */
function isFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(path).isFile();
  } catch {
    return false; // it leads nowhere, or in a circle
  }
}

function isInput(name: string): boolean {
  return !name.startsWith('.') && inputExtensions.some((ending) => name.toLowerCase().endsWith(ending));
}

function stemOf(name: string): string {
  const whole = /\.nii\.gz$/i.exec(name)?.[0] ?? extname(name);
  return name.slice(0, name.length - whole.length);
}
