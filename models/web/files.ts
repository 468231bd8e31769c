/** The files of a prior on the web: read from an address, checked against the card, and remembered by the browser. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { reasonOf } from '../../src/core/reasons.js';
import type { Card, FileCard } from '../card.js';
import { filesOf } from '../card-file.js';
import { isExternal } from '../onnx/graph.js';
import { withFloat32Ends } from '../onnx/half-precision.js';
import { readModel } from '../onnx/proto/read.js';
import { writeModel } from '../onnx/proto/write.js';
import { byValue } from '../onnx/weights.js';
import type { PriorFiles } from '../prior-files.js';

/** Where the browser keeps files; their keys are their addresses. */
const CACHE = 'retrodict';

/**
 * The files that a card names, beside it.
 * @param address of the card.
 */
export function webFiles(address: string, card: Card, signal?: AbortSignal): PriorFiles {
  const expected = new Map(filesOf(card).map(({ path, sha256 }) => [path, sha256]));
  const called = (path: string) => new URL(path, address).href;
  const read = (path: string) => {
    const hash = expected.get(path);
    if (hash === undefined) throw new Error(`${address} does not name the file ${path}.`);
    return readChecked(called(path), hash, signal);
  };
  return {
    name: address,
    called,
    read,
    async graph({ model, externalData }) {
      const bytes = await read(model.path);
      const whole = externalData.length === 0 ? bytes : await withFiles(bytes, model, read);
      return { ...withFloat32Ends(whole), name: model.path };
    },
  };
}

/** @throws Error naming the address where the server does not give it. */
export async function readAddress(address: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  let answer: Response;
  try {
    answer = await fetch(address, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${address} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  if (!answer.ok) throw new Error(`${address} cannot be read: the server answers ${answer.status}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @throws Error also where the bytes are not those of the card. What is remembered but wrong is read anew. */
async function readChecked(address: string, expected: string, signal?: AbortSignal): Promise<Uint8Array> {
  const cache = await openCache();
  const known = await cache?.match(address);
  if (known) {
    const bytes = new Uint8Array(await known.arrayBuffer());
    if (bytesToHex(sha256(bytes)) === expected) return bytes;
  }
  const bytes = await readAddress(address, signal);
  const found = bytesToHex(sha256(bytes));
  if (found !== expected) throw new Error(`${address} has SHA-256 ${found}; its card expects ${expected}.`);
  // What cannot be remembered is read again the next time.
  await cache?.put(address, new Response(bytes)).catch(() => {});
  return bytes;
}

/** Browsers offer it to pages that were loaded safely, and may refuse it in private windows. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(CACHE).catch(() => undefined);
}

/** The model with the weights that lie beside it. */
async function withFiles(
  bytes: Uint8Array,
  { path }: FileCard,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const model = readModel(bytes);
  const files = new Map<string, Uint8Array>();
  for (const { data } of model.graph.initializers) {
    if (isExternal(data) && !files.has(data.location))
      files.set(data.location, await read(folder + data.location));
  }
  return writeModel([...files].reduce((one, [location, file]) => byValue(one, location, file), model));
}
