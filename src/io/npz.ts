/** NumPy's .npz archives: a zip of .npy files. */
import { unzipSync, zipSync } from 'fflate';
import type { FloatArray } from '../core/array.js';
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js';

/**
 * The arrays of an archive, by name.
 * @param name what messages call the file.
 * @throws Error in one sentence when it is not such an archive.
 */
export function decodeNpz(bytes: Uint8Array, name: string): Record<string, NpyArray> {
  const members = unzip(bytes, name);
  const arrays: Record<string, NpyArray> = {};
  for (const [member, content] of Object.entries(members)) {
    if (member.endsWith('.npy')) arrays[member.slice(0, -4)] = decodeNpy(content, `${name} (${member})`);
  }
  return arrays;
}

function unzip(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (error) {
    throw new Error(`${name} is not a NumPy .npz archive: ${(error as Error).message}`, { cause: error });
  }
}

/** The bytes of an archive of float32 arrays; the same arrays give the same bytes. */
export function encodeNpz(arrays: Readonly<Record<string, FloatArray>>): Uint8Array {
  const members = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  // Zip dates begin in 1980; the clock's would make every run's file differ. Float noise hardly compresses.
  return zipSync(Object.fromEntries(members), { mtime: new Date(1980, 0, 1), level: 1 });
}
