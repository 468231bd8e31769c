/** NumPy's .npz archives: a zip of .npy files. */
import { Zip, ZipPassThrough } from 'fflate';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { requireArrays, requireBytes } from '../core/arguments.js';
import type { FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { crc32 } from './crc32.js';
import { checkNpyHeader, decodeNpy, joinChunks, MOST_VALUES, type NpyArray, npyChunks } from './npy.js';

/**
 * The arrays of an archive, by name. Other members are not looked into.
 * @param name what messages call the file.
 * @param maxValues how many values an array may have.
 * @throws Error in one sentence when it is not such an archive, is damaged, or holds too much.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { decodeNpz } from 'retrodict';
 *
 * const { mean, sd } = await decodeNpz(await readFile('a.posterior.npz'), 'a.posterior.npz');
 * console.log(mean.array.shape, sd.array.shape);
 * ```
 */
export async function decodeNpz(
  bytes: Uint8Array,
  name: string,
  maxValues = MOST_VALUES,
): Promise<Record<string, NpyArray>> {
  requireBytes(bytes);
  const arrays: Record<string, NpyArray> = {};
  for (const member of await npzMembers(bytes, name)) arrays[member.name] = await member.read(maxValues);
  return arrays;
}

/** An array that is not inflated yet. */
interface NpzMember {
  readonly name: string;
  read(maxValues?: number): Promise<NpyArray>;
}

/** The arrays that an archive lists. @throws Error in one sentence when it is no archive. */
export async function npzMembers(bytes: Uint8Array, name: string): Promise<NpzMember[]> {
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const members: NpzMember[] = [];
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry;
      if (!fileName.endsWith('.npy')) continue;
      const read = (maxValues = MOST_VALUES) => readMember(zip, entry, `${name} (${fileName})`, maxValues);
      members.push({ name: fileName.slice(0, -'.npy'.length), read });
    }
    return members;
  } catch (error) {
    throw new Error(`${name} is not a NumPy .npz archive: ${(error as Error).message}`, { cause: error });
  }
}

/** Inflates off the main thread, never beyond the size that the archive declares, and checks what comes out. */
async function readMember(zip: ZipFile, entry: Entry, name: string, maxValues: number): Promise<NpyArray> {
  const content = await inflated(zip, entry, (start) => checkNpyHeader(start, name, maxValues)).catch(
    (error) => {
      if (error.message.startsWith(name)) throw error;
      throw new Error(`${name} is damaged: ${error.message}`, { cause: error });
    },
  );
  return decodeNpy(content, name, maxValues);
}

async function inflated(zip: ZipFile, entry: Entry, check: (start: Uint8Array) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sum = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    if (chunks.length === 0) check(chunk);
    chunks.push(chunk);
    sum = crc32(chunk, sum);
  }
  if (entry.crc32 === sum) return Buffer.concat(chunks);
  throw new Error('its checksum (CRC-32) is another than the archive says');
}

/**
 * The bytes of an archive of float32 arrays; the same arrays give the same bytes.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { encodeNpz, zeros } from 'retrodict';
 *
 * await writeFile('pair.npz', encodeNpz({ a: zeros([2, 2]), b: zeros([3]) }));
 * ```
 */
export function encodeNpz(arrays: Readonly<Record<string, FloatArray>>): Uint8Array {
  return joinChunks(npzChunks(arrays));
}

/** The same bytes as they come: an archive of large arrays is never whole in memory. */
export function* npzChunks(arrays: Readonly<Record<string, FloatArray>>): Generator<Uint8Array, void> {
  if (typeof arrays !== 'object' || arrays === null || Array.isArray(arrays)) {
    throw new UsageError('the arrays are no object, expected { name: array }');
  }
  requireArrays(arrays);
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  for (const [name, array] of Object.entries(arrays)) {
    // Stored, as NumPy's savez does it: deflating takes a large picture minutes, and its noise shrinks by a tenth.
    const member = new ZipPassThrough(`${name}.npy`);
    // Zip dates begin in 1980; the clock's would make every run's file differ.
    member.mtime = new Date(1980, 0, 1);
    zip.add(member);
    for (const chunk of npyChunks(array)) {
      member.push(chunk);
      yield* ready.splice(0);
    }
    member.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready.splice(0);
}
