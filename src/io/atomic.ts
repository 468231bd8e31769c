/** Files that are either whole or absent: a temporary name in the same folder, flushed to disk, then renamed. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { reasonOf } from '../core/reasons.js';

/**
 * Writes a file whole or not at all; makes its folder where there is none. A link of this name is replaced, not
 * followed.
 * @throws Error in one sentence when the disk is full or the folder cannot be written.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  await moveInPlace(await writeAside(path, bytes), path);
}

/** What a file is to hold; of a large one the parts, as they come. */
export type Content = Uint8Array | string | Iterable<Uint8Array>;

/**
 * Writes what is to become a file beside it, flushed to disk. The name is random and must not exist, so that nobody can
 * lay a link there.
 * @returns the temporary path, for `moveInPlace`.
 * @throws Error in one sentence that names the file to be.
 */
export async function writeAside(path: string, bytes: Content): Promise<string> {
  const aside = join(dirname(path), `${asidePrefix(path)}${randomBytes(8).toString('hex')}.partial`);
  try {
    await makeFolder(dirname(path));
    const file = await open(aside, 'wx');
    try {
      if (typeof bytes === 'string' || bytes instanceof Uint8Array) await file.writeFile(bytes);
      else for (const part of bytes) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    return aside;
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/** Makes a folder and those above it, where they are missing. @throws the system's error */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // So Node calls a disk that is read-only; the first folder that is missing is told the truth.
    let missing = resolve(path);
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    await mkdir(missing);
    await mkdir(path, { recursive: true });
  }
}

/** @throws Error in one sentence; then the temporary file is gone. */
export async function moveInPlace(aside: string, path: string): Promise<void> {
  try {
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/** Removes what killed runs left aside of a file. Only for who knows that nobody else writes this file now. */
export async function removeLeftovers(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const prefix = asidePrefix(path);
  for (const name of names) {
    if (name.startsWith(prefix) && name.endsWith('.partial'))
      await rm(join(dirname(path), name), { force: true });
  }
}

/** Short for every name, so that a long one still fits; told from those of other files. */
function asidePrefix(path: string): string {
  return `.${createHash('sha256').update(basename(path)).digest('hex').slice(0, 16)}.`;
}

/** In one sentence, for a file or folder that is to be. */
export function cannotWrite(path: string, error: unknown): Error {
  return new Error(`${path} cannot be written: ${reasonOf(error)}`, { cause: error });
}
