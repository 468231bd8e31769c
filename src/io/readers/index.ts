/** Which reader a file is for. */
import { UsageError } from '../../core/errors.js';
import { dicom } from './dicom.js';
import { exr } from './exr.js';
import { fits } from './fits.js';
import { hdf5 } from './hdf5.js';
import { niftiVolume } from './nifti.js';
import { raw } from './raw.js';
import type { FileToRead, Pages, Reader } from './reader.js';
import { numericTiff } from './tiff.js';

/** RAW files are often TIFF files, too. */
const READERS: readonly Reader[] = [raw, numericTiff, dicom, niftiVolume, hdf5, fits, exr];

/**
 * Endings of the files that have a reader here, with the dot. In a folder RAW files are passed over: beside them lie
 * the photographs that the camera made of them.
 */
export const readerEndings: readonly string[] = READERS.filter((reader) => reader !== raw).flatMap(
  ({ endings }) => endings,
);

/**
 * The images of a file; undefined where no reader is for it. What it begins with counts before its name.
 * @throws Error in one sentence.
 */
export async function openPages(file: FileToRead): Promise<Pages | undefined> {
  const name = file.name.toLowerCase();
  const reader =
    READERS.find((candidate) => candidate.starts(file.bytes)) ??
    READERS.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
  if (reader === undefined) return undefined;
  if (file.bytes.length === 0) throw new UsageError(`${file.name} is an empty file, expected ${reader.kind}`);
  const { count, shape, read } = await named(reader, file, () => reader.open(file));
  return { count, shape, read: (page) => named(reader, file, async () => read(page)) };
}

/** What a package throws says neither which file nor what it should have been. */
async function named<T>({ kind }: Reader, { name }: FileToRead, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = (error as Error)?.message ?? String(error);
    throw new Error(`${name} cannot be read as ${kind}: ${reason.split('\n')[0]}`, { cause: error });
  }
}
