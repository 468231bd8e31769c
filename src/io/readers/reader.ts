/** What reads one kind of file. Its package is a peer that may be missing; who lacks it is told how to get it. */
import { type FloatArray, formatShape, type Shape } from '../../core/array.js';
import { UsageError } from '../../core/errors.js';
import type { Levels } from '../../core/levels.js';

/** A file's bytes, and what was asked of it. */
export interface FileToRead {
  readonly bytes: Uint8Array;
  /** What messages call the file. */
  readonly name: string;
  /** How many values one page may have. */
  readonly maxValues: number;
  /** Of files that hold several arrays: the path of the one that is meant. */
  readonly dataset?: string;
}

/** One image of a file: a page of a TIFF, a slice of a volume, a frame. */
export interface Page {
  /** [C, H, W] in the file's numbers, or what an operator measures; complex numbers have a last axis of 2. */
  readonly array: FloatArray;
  /** What is black and white, where the file says so or its numbers are no picture's. */
  readonly levels?: Levels;
  /** What the numbers mean: units, spacing, where the slice lies. Plain JSON, for the manifest. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** The images of a file. */
export interface Pages {
  readonly count: number;
  /** Of each, where all are alike. */
  readonly shape?: Shape;
  /** @param page from 1. */
  read(page: number): Page | Promise<Page>;
}

/** To add a format, write one of these and add it to the table in `index.ts`. */
export interface Reader {
  /** `a DICOM file` */
  readonly kind: string;
  /** Of file names, in lower case. */
  readonly endings: readonly string[];
  /** What the file begins with. */
  starts(bytes: Uint8Array): boolean;
  /** @throws UsageError in one sentence, or whatever the package throws at damaged bytes. */
  open(file: FileToRead): Promise<Pages>;
}

/**
 * A package that may not be installed.
 * @param load imports it.
 * @throws UsageError with the command that installs it.
 */
export async function peer<T>(
  name: string,
  kind: string,
  file: FileToRead,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(`${file.name} is ${kind}, which needs the package ${name}: npm install ${name}`);
  }
}

/** @throws UsageError before memory is asked for. */
export function requireSize(shape: Shape, { name, maxValues }: FileToRead): void {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= 1) && count <= maxValues) return;
  const limit = `expected 1 to ${maxValues} values (--max-values raises it)`;
  throw new UsageError(`${name} says that it holds an image of ${formatShape(shape)}, ${limit}`);
}

/**
 * Black and white of numbers in units of their own: the least and the largest, but zero is black where none is below
 * it. None where they lie in [0, 1] as a picture's do, or all are equal.
 */
export function levelsOf({ data }: FloatArray): Levels | undefined {
  let [black, white] = [0, -Infinity];
  for (const value of data) {
    if (value < black) black = value;
    if (value > white) white = value;
  }
  const asPicture = black === 0 && white <= 1 && white >= 0.1;
  return asPicture || !(white > black && white - black < Infinity) ? undefined : { black, white };
}

/** The first bytes as Latin 1, in which a byte is a letter. */
export function startOf(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.byteLength)).toString('latin1');
}
