/**
 * NumPy's .npy format, versions 1 to 3 (NumPy enhancement proposal 1 and `numpy.lib.format`).
 * A complex array is a real one with a last axis of 2, as everywhere in this project (ARCHITECTURE.md §2).
 */
import { requireBytes } from '../core/arguments.js';
import { contiguous, type FloatArray, floatArray, formatShape, type Shape, sizeOf } from '../core/array.js';

/** What a `.npy` file holds. */
export interface NpyArray {
  readonly array: FloatArray;
  /** The file held complex numbers: the array's last axis is [real, imaginary]. */
  readonly complex: boolean;
  /** The largest number that the file's type holds, where that is an unsigned integer of 8 or 16 bits. */
  readonly top?: 255 | 65535;
}

/** As many axes as any problem here has, and more than the arrays of this project can have copied. */
const MOST_AXES = 8;

/** As many values as 1 GB holds: more than any restoration has room for. */
export const MOST_VALUES = 2 ** 28;

type Read = (view: DataView, offset: number, littleEndian: boolean) => number;

/** By NumPy's kind letter and item size in bytes; of complex numbers, the real parts they are made of. */
const readers: Readonly<Record<string, Read>> = {
  b1: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1),
  u1: (view, offset) => view.getUint8(offset),
  i1: (view, offset) => view.getInt8(offset),
  u2: (view, offset, little) => view.getUint16(offset, little),
  i2: (view, offset, little) => view.getInt16(offset, little),
  u4: (view, offset, little) => view.getUint32(offset, little),
  i4: (view, offset, little) => view.getInt32(offset, little),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  f2: (view, offset, little) => halfValue(view.getUint16(offset, little)),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
};

/** What is white in a picture, by kind and item size. */
const TOPS: Readonly<Record<string, NpyArray['top']>> = { u1: 255, u2: 65535 };

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/**
 * Reads real, integer, boolean and complex arrays, in C or Fortran order, as float32 in C order.
 * @param name what messages call the file.
 * @param maxValues how many values the array may have; a complex number is one.
 * @throws Error in one sentence when the bytes are not such a file, are cut short, or hold too much.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { decodeNpy } from 'retrodict';
 *
 * const { array, complex } = decodeNpy(await readFile('measured.npy'), 'measured.npy');
 * console.log(array.shape, complex);
 * ```
 */
export function decodeNpy(bytes: Uint8Array, name: string, maxValues = MOST_VALUES): NpyArray {
  requireBytes(bytes);
  const view = viewOf(bytes);
  const header = readHeader(view, name, maxValues);
  requireValues(header, bytes.byteLength, name);
  const part = readerOf(header, name);
  const parts = header.kind === 'c' ? 2 : 1;
  const count = sizeOf(header.shape);
  const data = new Float32Array(count * parts);
  const step = parts * header.partSize;
  const place = header.fortranOrder ? fortranOffsets(header.shape) : undefined;
  for (let i = 0; i < count; i++) {
    const start = header.end + (place ? place[i] : i) * step;
    for (let p = 0; p < parts; p++) {
      data[i * parts + p] = part(view, start + p * header.partSize, header.littleEndian);
    }
  }
  const top = TOPS[`${header.kind}${header.partSize}`];
  return { array: floatArray(data, shapeOf(header)), complex: parts === 2, ...(top && { top }) };
}

/** @throws Error where values of this type are not read. */
function readerOf({ kind, partSize, descr }: Header, name: string): Read {
  const part = readers[`${kind === 'c' ? 'f' : kind}${partSize}`];
  if (part !== undefined) return part;
  const expected = 'boolean, integer, float16, float32, float64, complex64 or complex128';
  throw new Error(`${name} holds NumPy values of type '${descr}', expected ${expected}`);
}

/** How many bytes the values take. @throws Error where the file, of `size` bytes, has fewer. */
function requireValues(header: Header, size: number, name: string): number {
  readerOf(header, name);
  const needed = sizeOf(header.shape) * header.partSize * (header.kind === 'c' ? 2 : 1);
  const found = size - header.end;
  if (found >= needed) return needed;
  const expected = `${needed} bytes for shape ${formatShape(header.shape)}`;
  throw new Error(`${name} is cut short: ${found} bytes of values, expected ${expected}`);
}

function shapeOf({ kind, shape }: Header): readonly number[] {
  return kind === 'c' ? [...shape, 2] : shape;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * Judges an array by its header, before its values are there.
 * @param start the first bytes of the file.
 * @throws as `decodeNpy` does, but for values that are cut short.
 */
export function checkNpyHeader(start: Uint8Array, name: string, maxValues: number): void {
  readHeader(viewOf(start), name, maxValues);
}

interface Header {
  readonly descr: string;
  readonly kind: string;
  /** Bytes of one real number. */
  readonly partSize: number;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly end: number;
}

/** Bytes that tell how long the header is; shorter files hold no array. */
const PROLOGUE = 12;

/** The longest header of at most eight axes, with room for names of fields and spaces. */
const LONGEST_HEADER = 2 ** 16;

/** A .npy file of which only the header is read. */
interface OpenNpy {
  /** As `decodeNpy` gives it. */
  readonly shape: readonly number[];
  /** The header and all values; what a file holds beyond them is left. */
  read(): Promise<Uint8Array>;
}

/**
 * Judges a file by its header, and by whether it is long enough for what that says, before its values are read.
 * @param readAt gives so many bytes of the file from a place on, or fewer where it ends.
 * @throws as `decodeNpy` does.
 */
export async function openNpy(
  readAt: (start: number, length: number) => Promise<Uint8Array>,
  size: number,
  name: string,
  maxValues = MOST_VALUES,
): Promise<OpenNpy> {
  const start = await readAt(0, PROLOGUE + LONGEST_HEADER);
  const header = readHeader(viewOf(start), name, maxValues);
  const length = header.end + requireValues(header, size, name);
  return { shape: shapeOf(header), read: () => readAt(0, length) };
}

function readHeader(view: DataView, name: string, maxValues: number): Header {
  if (view.byteLength === 0) throw new Error(`${name} is an empty file, expected a NumPy array`);
  if (view.byteLength < PROLOGUE || magic.some((byte, i) => view.getUint8(i) !== byte)) {
    throw new Error(`${name} is not a NumPy .npy file: it does not begin with \\x93NUMPY`);
  }
  const version = view.getUint8(6);
  if (version < 1 || version > 3) {
    throw new Error(`${name} is a .npy file of version ${version}, expected 1, 2 or 3`);
  }
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > PROLOGUE + LONGEST_HEADER) {
    throw new Error(`${name} has a NumPy header of ${end - start} bytes, expected at most ${LONGEST_HEADER}`);
  }
  if (end > view.byteLength) throw new Error(`${name} is cut short within its NumPy header`);
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  // Python 2 wrote whole numbers as 3L.
  const extents = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || extents === undefined) {
    throw new Error(`${name} has a NumPy header that holds no plain array: ${text.trim().slice(0, 80)}`);
  }
  const shape = extents
    .split(',')
    .flatMap((extent) => (extent.trim() === '' ? [] : [Number.parseInt(extent, 10)]));
  checkShape(shape, name, maxValues);
  const [, endian, kind, size] = /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr) ?? ['', '', '', ''];
  return {
    descr,
    kind,
    partSize: kind === 'c' ? Number(size) / 2 : Number(size),
    littleEndian: endian !== '>',
    fortranOrder: order === 'True',
    shape,
    end,
  };
}

function checkShape(shape: readonly number[], name: string, maxValues: number): void {
  if (shape.length > MOST_AXES) {
    throw new Error(`${name} holds an array of ${shape.length} axes, expected at most ${MOST_AXES}`);
  }
  // An extent may be beyond what numbers count, which a shape of this project never is.
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count <= maxValues && shape.every(Number.isSafeInteger)) return;
  const limit = `the limit is ${maxValues} values (--max-values raises it)`;
  throw new Error(`${name} holds an array of shape ${formatShape(shape)} = ${count} values, and ${limit}`);
}

/** For every element in C order, its index in a file whose first axis varies fastest. */
function fortranOffsets(shape: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const offsets = new Uint32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0, offset = 0; i < offsets.length; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return offsets;
}

/**
 * The bytes of a version 1.0 file: float32 in C order, or complex64 when asked.
 * @throws RangeError when complex numbers are asked of an array whose last axis is not 2.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { encodeNpy, zeros } from 'retrodict';
 *
 * await writeFile('black.npy', encodeNpy(zeros([3, 8, 8])));
 * ```
 */
export function encodeNpy(values: FloatArray, options: { readonly complex?: boolean } = {}): Uint8Array {
  return joinChunks(npyChunks(values, options));
}

/** What comes in parts as one. */
export function joinChunks(parts: Iterable<Uint8Array>): Uint8Array {
  const chunks = [...parts];
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Values of a chunk. */
const CHUNK = 2 ** 18;

/** The same bytes, a megabyte at a time. */
export function* npyChunks(
  values: FloatArray,
  options: { readonly complex?: boolean } = {},
): Generator<Uint8Array, void> {
  const { complex = false } = Object(options) as typeof options;
  const array = contiguous(values);
  if (complex && array.shape.at(-1) !== 2) {
    throw new RangeError(`complex numbers need a last axis of 2, not shape ${formatShape(array.shape)}`);
  }
  yield headerOf(complex ? array.shape.slice(0, -1) : array.shape, complex ? '<c8' : '<f4');
  for (let start = 0; start < array.data.length; start += CHUNK) {
    const part = array.data.subarray(start, start + CHUNK);
    const bytes = new Uint8Array(4 * part.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < part.length; i++) view.setFloat32(4 * i, part[i], true);
    yield bytes;
  }
}

function headerOf(shape: Shape, descr: string): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The format asks that values begin at a multiple of 64 and the header end in a newline.
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 11)}\n`), 10);
  return bytes;
}
