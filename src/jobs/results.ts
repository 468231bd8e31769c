/** The files that a posterior becomes (ARCHITECTURE.md §5): the estimate, a picture of its standard deviation, the numbers. */
import type { FloatArray } from '../core/array.js';
import { encodeNpy } from '../io/npy.js';
import { encodeNpz } from '../io/npz.js';
import type { NewFile } from '../io/output-folder.js';
import { encodePicture, type Picture } from '../io/picture.js';
import { sdPicture } from '../report/sd.js';
import type { Posterior } from '../restore.js';

export type Estimate = 'mean' | 'median' | 'sample';

export interface ResultFormat {
  readonly format: 'png' | 'tiff' | 'jpeg' | 'webp' | 'npy';
  readonly bits: 8 | 16;
}

/** What is asked for, and for the rest what the input was; arrays become PNG files of 16 bits. */
export function resultFormat(asked: Partial<ResultFormat>, input: Picture | undefined): ResultFormat {
  const format = asked.format ?? (input?.format === 'tiff' ? 'tiff' : 'png');
  const shallow = format === 'jpeg' || format === 'webp';
  return { format, bits: shallow ? 8 : (asked.bits ?? input?.bits ?? 16) };
}

/** The image that stands for a posterior, [C, H, W]. */
export function estimateOf(posterior: Posterior, estimate: Estimate): FloatArray {
  return estimate === 'sample' ? posterior.samples[posterior.drawn] : posterior[estimate];
}

/** Endings of the files that `encodeResults` may give. */
export function resultEndings({ format }: Pick<ResultFormat, 'format'>): string[] {
  return [`.${format}`, '.sd.png', '.posterior.npz'];
}

/** Of the results of inputs that are not read yet. */
export function possibleEndings(asked: ResultFormat['format'] | undefined): string[] {
  const formats = asked ? [asked] : (['png', 'tiff'] as const);
  return [...new Set(formats.flatMap((format) => resultEndings({ format })))];
}

export interface Encoded {
  readonly files: readonly NewFile[];
  /** The standard deviation that is white in the picture of it; absent where there is none. */
  readonly sdWhite?: number;
}

/**
 * The estimate, `.sd.png` and `.posterior.npz` (mean, sd, lower, upper; float32). Without an uncertainty (fewer than two
 * samples) there is no picture of it and the archive holds the mean alone.
 * @param input gives the estimate its alpha, its colour profile and what else the file says beside its pixels.
 */
export async function encodeResults(
  posterior: Posterior,
  estimate: Estimate,
  { format, bits }: ResultFormat,
  input: Picture | undefined,
): Promise<Encoded> {
  const image = estimateOf(posterior, estimate);
  const first = {
    ending: `.${format}`,
    bytes: format === 'npy' ? encodeNpy(image) : await encodePicture({ ...input, image, bits, format }),
  };
  const { mean, sd, lower, upper } = posterior;
  if (!sd || !lower || !upper) {
    return { files: [first, { ending: '.posterior.npz', bytes: encodeNpz({ mean }) }] };
  }
  const map = sdPicture(sd);
  const spread = {
    ending: '.sd.png',
    bytes: await encodePicture({ image: map.image, bits: 8, format: 'png' }),
  };
  const numbers = { ending: '.posterior.npz', bytes: encodeNpz({ mean, sd, lower, upper }) };
  return { files: [first, spread, numbers], sdWhite: map.white };
}
