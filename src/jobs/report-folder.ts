/** The page over a folder of results: what `restore` wrote, beside what was measured and what is true. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { requireText } from '../core/arguments.js';
import { UsageError } from '../core/errors.js';
import { writeFileAtomic } from '../io/atomic.js';
import { manifestName } from '../io/manifest.js';
import { manifestsIn, readManifests } from '../io/manifests.js';
import { comparedFiles, ownFiles } from '../io/output-folder.js';
import { reportPage } from '../report/page.js';
import { pictureOf } from './report-picture.js';
import type { RestoredLine } from './restore-item.js';

/** What is to be reported. */
export interface ReportJob {
  /** A folder that `restore` wrote, or one of such folders, which are put side by side. */
  readonly folder: string;
  /** Folder of true images, for the truth in the pictures and the curve of what intervals held. */
  readonly truth?: string;
}

/** A line of a manifest and where its files lie. */
export interface Reported {
  /** Names the folder among several. */
  readonly label: string;
  readonly folder: string;
  readonly line: RestoredLine;
}

const PAGE = 'report.html';

/** Stands in every page of ours. */
const MARK = '<meta name="generator" content="retrodict">';

/**
 * Writes `report.html` into the folder: one file that fetches nothing.
 * @returns its path.
 * @throws UsageError where there are no results, files of them are gone, or a truth does not fit.
 * @example
 * ```ts
 * import { reportFolder } from 'retrodict';
 *
 * console.log(await reportFolder({ folder: 'restored', truth: 'photos' }));
 * ```
 */
export async function reportFolder(job: ReportJob): Promise<string> {
  const { folder, truth } = Object(job) as ReportJob;
  requireText(folder, 'the folder of results');
  const byName = new Map<string, Reported[]>();
  for (const { label, path } of foldersIn(folder)) {
    for (const line of (await readManifests<RestoredLine>(path)).values()) {
      await requireResult(path, line);
      byName.set(line.name, [...(byName.get(line.name) ?? []), { label, folder: path, line }]);
    }
  }
  if (byName.size === 0) throw new UsageError(`${folder} holds no results: nothing was restored there`);
  const out = join(folder, PAGE);
  if (existsSync(out) && !(await readFile(out, 'utf8')).includes(MARK)) {
    throw new UsageError(`${out} is there already and is no report of this program; move it away`);
  }
  const pictures = [];
  for (const [name, results] of byName) pictures.push(await pictureOf(name, results, truth));
  await writeFileAtomic(out, await reportPage(basename(resolve(folder)) || 'results', pictures));
  return out;
}

/** @throws UsageError where no manifest is found. */
function foldersIn(folder: string): { label: string; path: string }[] {
  if (manifestsIn(folder).length > 0) return [{ label: basename(resolve(folder)), path: folder }];
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${folder} is no folder, expected one that restore wrote`);
  }
  const below = readdirSync(folder).sort();
  const found = below.filter((name) => manifestsIn(join(folder, name)).length > 0);
  if (found.length > 0) return found.map((label) => ({ label, path: join(folder, label) }));
  throw new UsageError(`${folder} holds no ${manifestName}, expected a folder that restore wrote`);
}

/** @throws UsageError where what the page is made of is not there as it was written. */
async function requireResult(folder: string, line: RestoredLine): Promise<void> {
  const { name, files, made, misfit, digests } = line;
  const ours = ownFiles(name, files);
  const used = ours.filter((file) => file.endsWith('.npz') || /\.sample-\d+\.\w+$/.test(file));
  const problem = Object(Object(made)['problem']);
  if (
    !used.includes(`${name}.posterior.npz`) ||
    !Array.isArray(problem.operators) ||
    !Array.isArray(misfit)
  ) {
    throw new UsageError(`${join(folder, manifestName)} is damaged: its line of ${name} is of no result`);
  }
  const { changed, missing } = await comparedFiles(folder, { ...line, files: ours });
  const altered = digests === undefined ? undefined : changed.find((file) => used.includes(file));
  if (altered !== undefined) {
    throw new UsageError(
      `${join(folder, altered)} was changed after it was written, so ${manifestName} is of another; restore it again`,
    );
  }
  if (missing.length === 0) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  throw new UsageError(
    `${join(folder, missing[0])}${more} is gone, though ${manifestName} lists it; restore it again`,
  );
}
