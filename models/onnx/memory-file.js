/**
 * A file in memory that two processes hold: tensors go through it, and only what describes them through the channel
 * between the processes. The channel would cut them into pieces of 64 KB and join these again.
 *
 * JavaScript, because worker.js reads it as it is.
 *
 * @import { Tensor, TensorData } from './tensor.js'
 */
import { randomUUID } from 'node:crypto';
import { openSync, readSync, unlinkSync, writeSync } from 'node:fs';

/** Tensors of fewer bytes go through the channel. */
const SMALL = 4096;

/** Where tensors begin in the file, so that they lie as in memory. */
const ALIGNMENT = 64;

/**
 * A tensor as it goes through the channel. With `at` and `length` its values are in the file, and `data` is empty.
 * @typedef {Tensor & { at?: number, length?: number }} Passed
 */

/**
 * The descriptor of a new file in memory that has no name any more: the system frees it when both processes have ended.
 * @returns {number | undefined} nothing where the system has no such files.
 */
export function openMemoryFile() {
  if (process.platform !== 'linux' || process.versions.bun !== undefined) return undefined;
  const path = `/dev/shm/retrodict-${randomUUID()}`;
  try {
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  } catch {
    return undefined;
  }
}

/**
 * Writes tensors into the file, over those before. Where there is no file, or no room in it, they stay as they are.
 * @param {number | undefined} file
 * @param {Readonly<Record<string, Tensor>>} tensors
 * @returns {Record<string, Passed>}
 */
export function put(file, tensors) {
  let at = 0;
  /** @param {Tensor} tensor @returns {Passed} */
  const passed = ({ type, dims, data }) => {
    if (file === undefined || data.byteLength < SMALL || !write(file, data, at)) return { type, dims, data };
    const from = at;
    at += Math.ceil(data.byteLength / ALIGNMENT) * ALIGNMENT;
    return { type, dims, data: data.slice(0, 0), at: from, length: data.length };
  };
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, passed(tensor)]));
}

/**
 * The tensors that `put` wrote, each in memory of its own.
 * @param {number | undefined} file
 * @param {Readonly<Record<string, Passed>>} passed
 * @returns {Record<string, Tensor>}
 * @throws Error where the file ends before they do.
 */
export function take(file, passed) {
  /** @param {Passed} tensor @returns {Tensor} */
  const taken = ({ type, dims, data, at, length }) => {
    // Within a message values lie at odd places of memory, where some kernels round otherwise.
    if (file === undefined || at === undefined)
      return { type, dims, data: /** @type {TensorData} */ (data.slice()) };
    const Elements = /** @type {new (length?: number) => TensorData} */ (data.constructor);
    const values = new Elements(length);
    read(file, values, at);
    return { type, dims, data: values };
  };
  return Object.fromEntries(Object.entries(passed).map(([name, tensor]) => [name, taken(tensor)]));
}

/**
 * @param {number} file @param {TensorData} data @param {number} at
 * @returns whether there was room.
 */
function write(file, data, at) {
  try {
    for (let done = 0; done < data.byteLength; ) {
      done += writeSync(file, data, done, data.byteLength - done, at + done);
    }
    return true;
  } catch {
    return false;
  }
}

/** @param {number} file @param {TensorData} data @param {number} at */
function read(file, data, at) {
  for (let done = 0; done < data.byteLength; ) {
    const got = readSync(file, data, done, data.byteLength - done, at + done);
    if (got === 0) throw new Error('The file in memory ends before the tensor that was put there.');
    done += got;
  }
}
