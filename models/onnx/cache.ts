/**
 * Gradient graphs on disk, so that they are made once per model and image size. The folder is `RETRODICT_CACHE` or
 * the user's cache folder. An entry that cannot be read is made anew; a folder that cannot be written is no error.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DifferentiateRequest, differentiate, ModelSource, SplitModels } from './differentiate.js';

/** Changes whenever the rewriting of graphs does, or what is written here. */
const FORMAT = 4;

const ENTRY = /^[0-9a-f]{64}\.vjp$/;

/** What an entry says before its two graphs. */
type Header = Omit<SplitModels, 'forward' | 'backward'> & {
  readonly sha256: string;
  readonly forwardLength: number;
};

export type Differentiation = typeof differentiate;

/**
 * The same differentiation, looked up in the cache first and remembered there.
 * @param limit bytes of all entries above which the least recently used are dropped.
 */
export function cached(
  differentiation: Differentiation,
  folder = cacheFolder(),
  limit = 2 ** 30,
): Differentiation {
  return async (runtime, source, request) => {
    const path = join(folder, `${await entryKey(source, request)}.vjp`);
    const found = await read(path);
    if (found) return found;
    const models = await differentiation(runtime, source, request);
    // What cannot be remembered is made again the next time.
    await write(folder, path, models, limit).catch(() => {});
    return models;
  };
}

function cacheFolder(): string {
  const { RETRODICT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (RETRODICT_CACHE) return resolve(RETRODICT_CACHE);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'retrodict');
  if (process.platform === 'win32')
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'retrodict');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'retrodict');
}

/** The graphs point into the model's file for their weights, so the key has its place as well as its content. */
async function entryKey(source: ModelSource, request: DifferentiateRequest): Promise<string> {
  const model = createHash('sha256').update(source.bytes).digest('hex');
  const path = source.path === undefined ? null : await realpath(source.path);
  const shapes = Object.entries(request.inputShapes).sort();
  const { wrt, outputs = null } = request;
  const parts = [FORMAT, model, source.weights ?? null, path, shapes, wrt, outputs];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** An entry is a line of JSON and the two graphs. */
async function read(path: string): Promise<SplitModels | undefined> {
  try {
    const bytes = await readFile(path);
    const line = bytes.indexOf('\n');
    const { sha256, forwardLength, ...rest } = JSON.parse(bytes.toString('utf8', 0, line)) as Header;
    const graphs = new Uint8Array(bytes.subarray(line + 1));
    if (createHash('sha256').update(graphs).digest('hex') !== sha256) return undefined;
    const now = new Date();
    // The time of the last use, by which the oldest are found.
    await utimes(path, now, now).catch(() => {});
    return { ...rest, forward: graphs.subarray(0, forwardLength), backward: graphs.subarray(forwardLength) };
  } catch {
    return undefined;
  }
}

async function write(folder: string, path: string, models: SplitModels, limit: number): Promise<void> {
  const { forward, backward, ...rest } = models;
  const sha256 = createHash('sha256').update(forward).update(backward).digest('hex');
  const header: Header = { ...rest, sha256, forwardLength: forward.length };
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(
      temporary,
      Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), forward, backward]),
    );
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await dropOldest(folder, limit);
}

async function dropOldest(folder: string, limit: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => ENTRY.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  entries.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let total = 0;
  for (const { path, size } of entries) {
    total += size;
    if (total > limit) await rm(path, { force: true });
  }
}
