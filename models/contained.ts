/** Which files may be opened on behalf of a card, a problem or a folder, which may come from anybody. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { reasonOf } from '../src/core/reasons.js';

/** How far what a file says is followed. */
export interface Trust {
  /** Follows paths and links that lead out of the folder of the file that names them. */
  readonly allowOutside?: boolean;
}

/**
 * Devices and pipes may never end, or wait for ever.
 * @throws Error where there is something at the path that is no plain file. What is not there is left to its reader.
 */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile()) return;
  const kind = found.isDirectory() ? 'a folder' : 'a device, a pipe or a socket';
  throw new Error(`${path} is ${kind}; expected a file.`);
}

/** The most that cards, problems and configuration files may hold, in bytes. */
const MOST_TEXT = 2 ** 24;

/**
 * The text of a file, without a byte order mark.
 * @throws Error where it is no plain file or holds more than `most` bytes; that of the system where it cannot be read.
 */
export async function readText(path: string, most = MOST_TEXT): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, most));
}

/** The bytes of a file, under the same conditions. */
export async function readBytes(path: string, most: number): Promise<Uint8Array> {
  await requireFile(path);
  const { size } = await stat(path);
  if (size > most) throw new Error(`${path} holds ${size} bytes; expected at most ${most}.`);
  return readFile(path);
}

/**
 * @param path relative to the folder, or absolute.
 * @throws Error where the path, or a link on it, leads out of the folder.
 */
export async function requireWithin(
  folder: string,
  path: string,
  { allowOutside }: Trust = {},
): Promise<void> {
  if (allowOutside) return;
  const full = resolve(folder, path);
  const target = await realpath(full).catch(() => full);
  if (isWithin(resolve(folder), full) && isWithin(await realpath(folder), target)) return;
  const led = target === full ? '' : `, by a link to ${target}`;
  throw new Error(`${path} leads out of ${folder}${led}; --allow-outside (allowOutside: true) follows it.`);
}

/** @throws Error where a link anywhere in the folder leads out of it. */
export async function requireLinksWithin(folder: string, trust: Trust): Promise<void> {
  if (trust.allowOutside) return;
  const paths = await readdir(folder, { recursive: true }).catch((error) => {
    throw new Error(`${folder} cannot be read: ${reasonOf(error)}`, { cause: error });
  });
  for (const path of paths) await requireWithin(folder, path);
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}
