/** Reads what a job works on: measurements and images, and the files that the options of a problem name. */
import { open, readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { type FloatArray, floatArray, formatShape, mapArray, type Shape } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { requireFinite } from '../core/finite.js';
import type { Levels } from '../core/levels.js';
import { reasonOf } from '../core/reasons.js';
import { sha256Of } from './digested.js';
import { dimLevels } from './dim-pictures.js';
import { decodeNpy, MOST_VALUES, type NpyArray, openNpy } from './npy.js';
import { npzMembers } from './npz.js';
import {
  CHOOSE_PAGE,
  countPictures,
  decodePicture,
  defaultLimits,
  type Picture,
  type PictureLimits,
  pictureShape,
} from './picture.js';
import { openPages } from './readers/index.js';
import type { Page, Pages } from './readers/reader.js';

export interface Input {
  /** A picture is [C, H, W] in [0, 1]; an array has the shape of the file, complex numbers a last axis of 2. */
  readonly array: FloatArray;
  /** Of an array of unsigned integers of 8 or 16 bits: the number that is white in a picture. */
  readonly top?: NpyArray['top'];
  /** What the numbers of the file were multiplied by, beside what their type says; absent for 1. */
  readonly scale?: number;
  /** Of a file that a reader is for (`readers/`): what its numbers mean. */
  readonly about?: Page['about'];
  /** What is black and white among the array's numbers, where that is not 0 and 1. */
  readonly levels?: Levels;
  /** The levels were said, not measured. */
  readonly levelsStated?: boolean;
  /** What else the file held, where it was a picture. */
  readonly picture?: Picture;
  /** Of the file. */
  readonly sha256: string;
}

/** An input of which no more is read than tells what it is. */
interface OpenInput {
  /** Of the array to be read; absent in an archive, where it stands within what is packed. */
  readonly shape?: Shape;
  /** @throws Error in one sentence where the rest is not as the beginning says. */
  read(): Promise<Input>;
}

/** What of a file is meant that holds several arrays. */
interface Part {
  /** From 1. */
  readonly page?: number;
  /** Path of a dataset within the file, or name of an array in a `.npz` archive. */
  readonly dataset?: string;
}

/**
 * Opens a picture, an array where the name ends in `.npy`, or in `.npz` where the archive holds no other, or what
 * `readers/` know.
 * @throws Error in one sentence when the file is missing, is not what its name says, or is larger than the limits.
 */
export async function openInput(
  path: string,
  limits: PictureLimits = defaultLimits,
  part: Part = {},
): Promise<OpenInput> {
  switch (extname(path).toLowerCase()) {
    case '.npy':
      return openArray(path, limits.values);
    case '.npz':
      return { read: async () => readArchive(path, limits.values, part.dataset) };
  }
  const bytes = await readBytes(path);
  const pages = await pagesOf(bytes, path, limits, part);
  if (pages) return openPage(pages, bytes, path, part);
  const decode = async () => {
    const picture = await decodePicture(bytes, path, limits, part.page);
    return { array: picture.image, picture, levels: dimLevels(picture), sha256: sha256Of(bytes) };
  };
  return { shape: await pictureShape(bytes, path, limits, part.page), read: decode };
}

/** Opens and reads at once. @throws as `openInput` does. */
export async function readInput(path: string, limits?: PictureLimits, part?: Part): Promise<Input> {
  return (await openInput(path, limits, part)).read();
}

/** How many pictures, slices or frames a file holds. @throws Error in one sentence where a reader refuses it. */
export async function countPages(
  path: string,
  limits: PictureLimits = defaultLimits,
  part: Part = {},
): Promise<number> {
  if (['.npy', '.npz'].includes(extname(path).toLowerCase())) return 1;
  const bytes = await readBytes(path);
  return (await pagesOf(bytes, path, limits, part))?.count ?? countPictures(bytes);
}

function pagesOf(bytes: Uint8Array, name: string, limits: PictureLimits, { dataset }: Part) {
  return openPages({ bytes, name, dataset, maxValues: limits.values ?? MOST_VALUES });
}

function openPage(pages: Pages, bytes: Uint8Array, path: string, { page }: Part): OpenInput {
  const { count, shape } = pages;
  if (page === undefined && count > 1) throw new UsageError(`${path} holds ${count} images: ${CHOOSE_PAGE}`);
  if (page !== undefined && page > count) throw new UsageError(`${path} holds ${count} images, not ${page}`);
  return {
    shape,
    read: async () => ({ about: {}, ...(await pages.read(page ?? 1)), sha256: sha256Of(bytes) }),
  };
}

async function openArray(path: string, maxValues?: number): Promise<OpenInput> {
  const readAt = (start: number, length: number) => readPart(path, start, length);
  const { size } = await stat(path).catch((error) => cannotRead(path, error));
  const { shape, read } = await openNpy(readAt, size, path, maxValues);
  return {
    shape,
    read: async () => {
      const bytes = await read();
      const { array, top } = decodeNpy(bytes, path, maxValues);
      return { array, top, sha256: sha256Of(bytes) };
    },
  };
}

async function readArchive(path: string, maxValues?: number, wanted?: string): Promise<Input> {
  const bytes = await readBytes(path);
  const { array, top } = await chosenArray(bytes, path, maxValues, wanted);
  return { array, top, sha256: sha256Of(bytes) };
}

/** @param wanted the name of the array that is meant, where the archive holds several. */
async function chosenArray(
  bytes: Uint8Array,
  path: string,
  maxValues?: number,
  wanted?: string,
): Promise<NpyArray> {
  const members = await npzMembers(bytes, path);
  const found = wanted === undefined ? members : members.filter(({ name }) => name === wanted);
  if (found.length === 1) return found[0].read(maxValues);
  if (members.length === 0) throw new Error(`${path} holds no array, expected one`);
  const names = members.slice(0, 5).map(({ name }) => name);
  if (names.length < members.length) names.push('…');
  const advice = found.length === 0 ? `none is called ${wanted}` : 'say which with --dataset';
  throw new Error(`${path} holds ${members.length} arrays (${names.join(', ')}): ${advice}`);
}

/** What an option of type file is read as; see `FileRole` of the problems. */
type Role = 'mask' | 'kernel' | 'plane' | 'array';

/**
 * A file that an option of a problem names: a mask as zeros and ones [H, W] (a picture counts as one where it is at
 * least half white, or where parts of it are transparent, at least half opaque), a kernel or a plane as its values [H,
 * W] (a picture's lie in [0, 1]), an array as it is.
 * @param option names the option, for messages.
 * @throws UsageError when the file is missing or of another shape.
 */
export async function readOptionFile(path: string, role: Role, option: string): Promise<FloatArray> {
  const { array, picture } = await readInput(path).catch((error: Error) => {
    throw new UsageError(`${option}: ${error.message}`, { cause: error });
  });
  const alpha = picture?.alpha;
  // What somebody has cut out is missing, whatever colour lies below it.
  if (role === 'mask' && alpha?.data.some((value) => value < 0.5)) {
    const [, height, width] = alpha.shape;
    return floatArray(
      alpha.data.map((value) => (value >= 0.5 ? 1 : 0)),
      [height, width],
    );
  }
  requireFinite(array, `${option}: ${path}`);
  if (role === 'array') return array;
  const plane = averageChannels(array);
  if (plane === undefined) {
    throw new UsageError(`${option}: ${path} has shape ${formatShape(array.shape)}, expected a plane H×W`);
  }
  return role === 'mask' ? mapArray(plane, (value) => (value >= 0.5 ? 1 : 0)) : plane;
}

/** @throws Error in one sentence where the file cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error) => cannotRead(path, error));
}

/** So many bytes from a place on, or fewer where the file ends. */
async function readPart(path: string, start: number, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const bytes = new Uint8Array(length);
      let filled = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
        filled += bytesRead;
        if (bytesRead === 0 || filled === length) return bytes.subarray(0, filled);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    return cannotRead(path, error);
  }
}

function cannotRead(path: string, error: unknown): never {
  throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
}

/** [H, W] or [C, H, W] to [H, W]. */
function averageChannels(array: FloatArray): FloatArray | undefined {
  if (array.dimension === 2) return array;
  if (array.dimension !== 3) return undefined;
  const [channels, height, width] = array.shape;
  const size = height * width;
  const plane = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += array.data[c * size + i];
    plane[i] = sum / channels;
  }
  return floatArray(plane, [height, width]);
}
