/** Finding priors by name or folder, checking their files and opening them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distance } from 'fastest-levenshtein';
import { type Card, parseCard } from './card.js';
import { diffusersCard, isDiffusersFolder } from './diffusers.js';
import { openDiffusionPrior } from './diffusion.js';
import { cached } from './onnx/cache.js';
import { differentiate } from './onnx/index.js';
import { Runtime } from './onnx/session.js';
import type { Prior } from './prior.js';
import { tiled } from './tiled.js';

export interface LoadOptions {
  /** Threads of the network; one per physical core when absent. They do not change the results. */
  threads?: number;
  /** Runs the network on parts of this many pixels a side (see tiled.ts). */
  tile?: number;
  /** `low` holds about half as much for the weights and is about a tenth slower; it changes the last bits. */
  memory?: 'normal' | 'low';
  signal?: AbortSignal;
}

/** Names that stand for the best of several shipped priors: the first that is there. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  photo: ['photo', 'photo-small'],
};

/**
 * Loads a prior by the name of a shipped one, or from a folder: one that holds a card.json, or one in the layout of
 * diffusers (see diffusers.ts).
 * @throws Error where there is none, its card or a file is not as it should be, or ONNX Runtime refuses the network.
 */
export async function loadPrior(nameOrDirectory: string, options: LoadOptions = {}): Promise<Prior> {
  const directory = await priorDirectory(nameOrDirectory);
  const card = await readCard(directory);
  for (const file of [card.model, ...card.externalData]) await checkFile(directory, file);
  options.signal?.throwIfAborted();
  const path = join(directory, card.model.path);
  const source = { bytes: new Uint8Array(await readFile(path)), path, name: basename(path) };
  const session = {
    threads: options.threads,
    optimisation: options.memory === 'low' ? 'extended' : 'all',
  } as const;
  const runtime = await Runtime.start();
  try {
    const prior = await openDiffusionPrior({
      card,
      source,
      runtime,
      session,
      differentiate: cached(differentiate),
    });
    return options.tile === undefined ? prior : tiled(prior, { tile: options.tile });
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

/** The cards of the shipped priors, in alphabetical order. */
export async function listPriors(): Promise<Card[]> {
  return Promise.all((await shippedNames()).map((name) => readCard(shippedDirectory(name))));
}

async function priorDirectory(nameOrDirectory: string): Promise<string> {
  const shipped = await shippedNames();
  const name = (ALIASES[nameOrDirectory] ?? [nameOrDirectory]).find((candidate) =>
    shipped.includes(candidate),
  );
  if (name !== undefined) return shippedDirectory(name);
  if (await isDirectory(nameOrDirectory)) return nameOrDirectory;
  const known = [...new Set([...Object.keys(ALIASES), ...shipped])];
  const nearest = known
    .sort((a, b) => distance(nameOrDirectory, a) - distance(nameOrDirectory, b))
    .slice(0, 3);
  throw new Error(
    `There is no prior "${nameOrDirectory}", neither shipped nor as a folder; the nearest names are ${nearest.join(', ')}.`,
  );
}

function shippedDirectory(name: string): string {
  return dirname(fileURLToPath(import.meta.resolve(`#weights/${name}/card.json`)));
}

async function shippedNames(): Promise<string[]> {
  const weights = dirname(shippedDirectory('any'));
  const entries = await readdir(weights, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function readCard(directory: string): Promise<Card> {
  const path = join(directory, 'card.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read: ${error.message}.`);
  });
  if (text !== undefined) return parseCard(text, path);
  if (await isDiffusersFolder(directory)) return diffusersCard(directory);
  throw new Error(
    `${directory} holds neither a card.json nor diffusers' model_index.json, so it is no prior.`,
  );
}

async function checkFile(directory: string, file: { path: string; sha256: string }): Promise<void> {
  const path = join(directory, file.path);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    throw new Error(`${path}, which card.json names, cannot be read: ${(error as Error).message}.`);
  }
  const found = hash.digest('hex');
  if (found !== file.sha256) {
    throw new Error(`${path} has SHA-256 ${found}; its card.json expects ${file.sha256}.`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
