/** The file of a range of samples: float32, exactly as they were drawn. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FloatArray } from '../core/array.js';
import type { Cost } from '../core/checkpoints.js';
import { reasonOf } from '../core/reasons.js';
import type { OkLine } from '../io/manifest.js';
import { decodeNpz, npzChunks } from '../io/npz.js';
import type { Item } from '../io/walk.js';
import type { DrawnRange, SampleRange } from '../sample-range.js';
import type { StoredJob } from './stored-job.js';

/** The manifests of ranges. */
export const rangesName = 'ranges.jsonl';

/** The line of a range. Its `name` is the item's with the range: `a.samples-0-8`. */
export interface RangeLine extends OkLine, Cost {
  readonly path: string;
  /** The item. */
  readonly of: string;
  readonly page?: number;
  /** From and to. */
  readonly range: readonly [number, number];
  /** What is to be done with the samples when all are there. */
  readonly job: StoredJob;
}

/** `a.samples-0-8` */
export function nameOfRange(item: string, { from, to }: SampleRange): string {
  return `${item}.samples-${from}-${to}`;
}

/** `.npz` of `sample.0` and so on, counted in the whole, and what else was drawn. */
export function encodeRange({ from, images, moments, estimate, looked }: DrawnRange): Iterable<Uint8Array> {
  const arrays: Record<string, FloatArray> = {};
  for (const [k, image] of images.entries()) arrays[`sample.${from + k}`] = image;
  const others = { mean: moments?.mean, variance: moments?.variance, estimate, looked };
  for (const [name, array] of Object.entries(others)) if (array) arrays[name] = array;
  return npzChunks(arrays);
}

/** @throws Error in one sentence where the file is not that of its line. */
export async function decodeRange(bytes: Uint8Array, path: string, line: RangeLine): Promise<DrawnRange> {
  const arrays = await decodeNpz(bytes, path, Number.POSITIVE_INFINITY);
  const [from, to] = line.range;
  const arrayOf = (name: string): FloatArray | undefined => arrays[name]?.array;
  const images = Array.from({ length: to - from }, (_, k) => arrayOf(`sample.${from + k}`));
  const lost = images.indexOf(undefined);
  if (lost >= 0) throw new Error(`${path} does not hold sample ${from + lost}`);
  const mean = arrayOf('mean');
  return {
    ...{ from, to, images: images as FloatArray[] },
    ...(mean && { moments: { mean, variance: arrayOf('variance') } }),
    ...{ estimate: arrayOf('estimate'), looked: arrayOf('looked') },
    ...{ networkEvaluations: line.networkEvaluations, vjps: line.vjps, seconds: line.seconds },
    // Lines of before it was counted do not say it.
    networkSeconds: line.networkSeconds ?? 0,
  };
}

/** A range that was drawn, and where its file lies. */
export interface FoundRange {
  readonly folder: string;
  readonly line: RangeLine;
}

/** The ranges of one item, in order, all of them. */
export interface Ranges {
  readonly item: Item;
  readonly found: readonly FoundRange[];
}

/** Reads the samples of an item's ranges. @throws Error in one sentence where a file is gone or was changed. */
export async function readRanges({ found }: Ranges): Promise<DrawnRange[]> {
  const drawn: DrawnRange[] = [];
  for (const { folder, line } of found) {
    const [file] = line.files;
    const path = join(folder, file);
    const bytes = await readFile(path).catch((error) => {
      throw new Error(`${path} cannot be read: ${reasonOf(error)}; draw its samples again`, { cause: error });
    });
    if (createHash('sha256').update(bytes).digest('hex') !== line.digests[file]?.sha256) {
      throw new Error(`${path} was changed after it was written; draw its samples again`);
    }
    drawn.push(await decodeRange(bytes, path, line));
  }
  return drawn;
}
