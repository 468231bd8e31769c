/** Finding priors by name, folder or file, checking their files and opening them. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distance } from 'fastest-levenshtein';
import { requireText } from '../src/core/arguments.js';
import { UsageError } from '../src/core/errors.js';
import type { Card } from './card.js';
import { filesOf, isKnownKind, parseCard, parseJson, requiredFields } from './card-file.js';
import { readText, requireLinksWithin, requireWithin, type Trust } from './contained.js';
import { deviceOf, onDevice, precisionOf } from './device.js';
import { diffusersCard, isDiffusersFolder } from './diffusers/card.js';
import { checkFile, exists, folderFiles, reason, unreadable } from './files.js';
import { cached } from './onnx/cache.js';
import { differentiate } from './onnx/differentiate.js';
import { closeOn, type Device, type Precision } from './onnx/runtime.js';
import { Workers } from './onnx/workers.js';
import { type Engine, openPrior } from './open.js';
import type { Prior } from './prior.js';

/** How a prior is loaded and run. */
export interface LoadOptions {
  /** Threads of each worker; cores / workers when absent. They do not change the results. */
  readonly threads?: number;
  /**
   * How many processes run the network (default 1): chains, particles and tiles are dealt out to them. Each holds the
   * weights. They do not change the results. A function is given the bytes of the prior's files.
   */
  readonly workers?: number | ((weights: number) => number);
  /** Runs the network on parts of this many pixels a side (see tiled.ts). */
  readonly tile?: number;
  /** `low` holds about half as much for the weights and is about a tenth slower; it changes the last bits. */
  readonly memory?: 'normal' | 'low';
  /** Seconds that one run of a network may take before it is stopped and fails; without end when absent. */
  readonly timeout?: number;
  /** Opens files that the prior's card or folder names outside its own folder, also by links. */
  readonly allowOutside?: boolean;
  /**
   * What the network runs on; `auto` (default) is the CPU. Another device is tried first, and refused where it does not
   * give what the CPU gives, to rounding. It changes the last bits.
   */
  readonly device?: Device | 'auto';
  /**
   * The numbers that the network is computed with (default `fp32`). `fp16` is for devices that have it: it is compared
   * with the CPU's fp32 first, as a device is. The CPU rounds the weights alone by it, and is no faster.
   */
  readonly precision?: Precision;
  /** Aborting ends the loading; a prior that is loaded does not hear it. */
  readonly signal?: AbortSignal;
}

/** Names that stand for the best of several shipped priors: the first that is there. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  photo: ['photo', 'photo-small'],
};

/**
 * Loads a prior by the name of a shipped one, or from
 * - a folder that holds a card.json (see card.ts),
 * - a folder in the layout of diffusers (see diffusers.ts),
 * - a bare `net.onnx` whose card, `net.card.json`, stands beside it; `retrodict card net.onnx` writes one.
 * @throws Error where there is none, its card or a file is not as it should be, or ONNX Runtime refuses the network.
 * @example
 * ```ts
 * import { loadPrior } from 'retrodict';
 *
 * const prior = await loadPrior('photo-small', { threads: 2 });
 * console.log(prior.kind, prior.name);
 * await prior.close();
 * ```
 */
export async function loadPrior(nameOrPath: string, options: LoadOptions = {}): Promise<Prior> {
  requireText(nameOrPath, 'the name of a prior, or the path of its folder');
  if (typeof options.workers === 'number') requireWorkers(options.workers);
  const device = deviceOf(options.device);
  const precision = precisionOf(options.precision);
  const { place, card } = await placed(nameOrPath, options);
  const workers = await workersOf(card, place.directory, options);
  const { threads = threadsOfEach(workers) } = options;
  options.signal?.throwIfAborted();
  const runtime = await Workers.start(workers, { timeout: options.timeout });
  const forget = closeOn(runtime, options.signal);
  try {
    const session = {
      threads,
      optimisation: options.memory === 'low' ? 'extended' : 'all',
    } as const;
    const engine: Engine = { runtime, session, differentiate: cached(differentiate) };
    const open = (one: Engine) => openPrior(card, folderFiles(place.directory), one, options.tile);
    const asEver = device === 'cpu' && precision === 'fp32';
    return await (asEver ? open(engine) : onDevice({ device, precision }, engine, open));
  } catch (error) {
    await runtime.close();
    throw error;
  } finally {
    forget();
  }
}

function requireWorkers(workers: number): void {
  if (Number.isInteger(workers) && workers >= 1) return;
  throw new UsageError(`workers must be a whole number from 1, found ${workers}`);
}

async function workersOf(card: Card, directory: string, { workers = 1 }: LoadOptions): Promise<number> {
  if (typeof workers === 'number') return workers;
  const files = await Promise.all(filesOf(card).map(({ path }) => stat(join(directory, path))));
  return workers(files.reduce((sum, { size }) => sum + size, 0));
}

/** One worker alone takes what ONNX Runtime takes: one thread for each physical core. */
function threadsOfEach(workers: number): number | undefined {
  return workers === 1 ? undefined : Math.max(1, Math.floor(availableParallelism() / workers));
}

/** The card of a prior, its files checked, and where it lies. @throws Error as `loadPrior`. */
export async function placed(
  nameOrPath: string,
  trust: Trust = {},
): Promise<{ readonly place: Place; readonly card: Card }> {
  const place = await find(nameOrPath);
  return { place, card: await readCard(place, trust) };
}

/**
 * The cards of the shipped priors that can be loaded, in alphabetical order.
 * @example
 * ```ts
 * import { listPriors } from 'retrodict';
 *
 * for (const { name, summary } of await listPriors()) console.log(name, summary);
 * ```
 */
export async function listPriors(): Promise<Card[]> {
  const paths = (await shippedNames()).map((name) => join(shippedDirectory(name), CARD));
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const));
  return texts
    .filter(([path, text]) => isKnownKind(parseJson(text, path).kind))
    .map(([path, text]) => parseCard(text, path));
}

const CARD = 'card.json';

/** Where a prior's files are, and which of them is its card. */
interface Place {
  readonly directory: string;
  readonly card: string;
  /** The network, of a bare one. */
  readonly network?: string;
}

/** The place of a card beside a bare network. */
export function cardBeside(network: string): string {
  return network.replace(/\.onnx$/, '.card.json');
}

async function find(nameOrPath: string): Promise<Place> {
  const shipped = await shippedNames();
  const name = (ALIASES[nameOrPath] ?? [nameOrPath]).find((candidate) => shipped.includes(candidate));
  const folder = name === undefined ? nameOrPath : shippedDirectory(name);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return { directory: folder, card: join(folder, CARD) };
  if (found && folder.endsWith('.onnx')) {
    return { directory: dirname(folder), card: cardBeside(folder), network: folder };
  }
  if (found) throw new Error(`${folder} is no prior; expected a folder or an .onnx file.`);
  const known = [...new Set([...Object.keys(ALIASES), ...shipped])];
  const nearest = known
    .sort((a, b) => distance(nameOrPath, a) - distance(nameOrPath, b))
    .slice(0, 3)
    .join(', ');
  throw new Error(
    `There is no prior "${nameOrPath}", neither shipped nor as a folder or file; the nearest names are ${nearest}.`,
  );
}

/** Where a shipped prior lies; undefined where there is none of this name. */
export async function shippedFolder(name: string): Promise<string | undefined> {
  return (await shippedNames()).includes(name) ? shippedDirectory(name) : undefined;
}

function shippedDirectory(name: string): string {
  return join(weightsFolder(), name);
}

/** Sources and build lie at different depths of the package; not every runtime resolves `imports` that have a `*`. */
function weightsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'models', 'weights');
}

async function shippedNames(): Promise<string[]> {
  const weights = weightsFolder();
  const entries = await readdir(weights, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const whole = await Promise.all(names.map((name) => exists(join(weights, name, CARD))));
  return names.filter((_, i) => whole[i]).sort();
}

async function readCard({ directory, card: path, network }: Place, trust: Trust): Promise<Card> {
  const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read: ${reason(error)}.`);
  });
  if (text === undefined) {
    if (network !== undefined) throw cardless(network, path);
    if (await isDiffusersFolder(directory)) return ownDiffusersCard(directory, trust);
    throw await priorless(directory);
  }
  const card = parseCard(text, path);
  if (network !== undefined && !filesOf(card).some((file) => file.path === basename(network))) {
    throw new Error(`${path} describes ${filesOf(card)[0].path}, not ${basename(network)}.`);
  }
  for (const file of filesOf(card)) await requireWithin(directory, file.path, trust);
  await Promise.all(filesOf(card).map((file) => checkFile(directory, file)));
  return card;
}

async function ownDiffusersCard(directory: string, trust: Trust): Promise<Card> {
  await requireLinksWithin(directory, trust);
  const card = await diffusersCard(directory);
  for (const file of filesOf(card)) await requireWithin(directory, file.path, trust);
  return card;
}

/** What a network without a card needs, in full. */
function cardless(network: string, card: string): Error {
  return new Error(
    `${network} does not say how it is to be called: a card is expected beside it in ${card}, which ` +
      `\`retrodict card ${network}\` writes by probing; it must say ${requiredFields()}.`,
  );
}

async function priorless(directory: string): Promise<Error> {
  const names = (await readdir(directory).catch((error) => unreadable(directory, error))).sort();
  const networks = names.filter((name) => name.endsWith('.onnx'));
  const weights = names.find((name) => /\.(safetensors|ckpt|pt|pth|bin)$/.test(name));
  const missing = `${directory} holds neither a card.json nor diffusers' model_index.json`;
  if (networks.length > 0) {
    return new Error(
      `${missing}; \`retrodict card\` writes the card of ${networks.join(' or ')} by probing.`,
    );
  }
  if (weights !== undefined) {
    return new Error(`${missing}, only ${weights}: weights of PyTorch must be exported to ONNX first.`);
  }
  return new Error(`${missing}, so it is no prior.`);
}
