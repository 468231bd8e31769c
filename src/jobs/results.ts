/** The files that a posterior becomes (ARCHITECTURE.md §5): estimate, picture of its standard deviation, numbers. */
import type { FloatArray, Shape } from '../core/array.js';
import type { Input } from '../io/inputs.js';
import { encodeNpy } from '../io/npy.js';
import { encodeNpz } from '../io/npz.js';
import type { NewFile } from '../io/output-folder.js';
import { encodePicture } from '../io/picture.js';
import { type Development, develop } from '../report/develop.js';
import { sdPicture } from '../report/sd.js';
import type { Posterior } from '../restore.js';
import { posteriorInLevels } from './levels.js';

export type Estimate = 'mean' | 'median' | 'sample';

export interface ResultFormat {
  readonly format: 'png' | 'tiff' | 'jpeg' | 'webp' | 'npy';
  readonly bits: 8 | 16;
}

/**
 * What is asked for, and for the rest what the input was. Arrays become PNG files of 16 bits; numbers in units of their
 * own stay numbers.
 */
export function resultFormat(asked: Partial<ResultFormat>, { picture, about }: Input): ResultFormat {
  const own = about ? 'npy' : picture?.format === 'tiff' ? 'tiff' : 'png';
  const format = asked.format ?? own;
  const shallow = format === 'jpeg' || format === 'webp';
  return { format, bits: shallow ? 8 : (asked.bits ?? picture?.bits ?? 16) };
}

/** The image that stands for a posterior, [C, H, W]. */
export function estimateOf(posterior: Posterior, estimate: Estimate): FloatArray {
  return estimate === 'sample' ? posterior.samples[posterior.drawn] : posterior[estimate];
}

/** Endings of the files that `encodeResults` may give. */
export function resultEndings({ format }: Pick<ResultFormat, 'format'>): string[] {
  const preview = format === 'npy' ? ['.preview.png'] : [];
  return [`.${format}`, ...preview, '.sd.png', '.posterior.npz'];
}

/** Of the samples, counted from 1. @param count of those that are kept. */
export function sampleEndings({ format }: Pick<ResultFormat, 'format'>, count: number): string[] {
  return Array.from({ length: count }, (_, k) => `.sample-${k + 1}.${format}`);
}

/** Of the results of inputs that are not read yet. @param kept how many samples are kept. */
export function possibleEndings(asked: ResultFormat['format'] | undefined, kept = 0): string[] {
  const formats = asked ? [asked] : (['png', 'tiff', 'npy'] as const);
  return [
    ...new Set(
      formats.flatMap((format) => [...resultEndings({ format }), ...sampleEndings({ format }, kept)]),
    ),
  ];
}

/** Colours of a camera are developed. */
function pictureOf(image: FloatArray, about: Input['about']): FloatArray {
  return about?.['toSrgb'] && image.shape[0] === 3 ? develop(image, about as unknown as Development) : image;
}

function isPicture(shape: Shape): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

export interface Encoded {
  readonly files: readonly NewFile[];
  /** The standard deviation that is white in the picture of it; absent where there is none. */
  readonly sdWhite?: number;
}

/**
 * The estimate, `.sd.png` and `.posterior.npz` (mean, sd, lower, upper; float32). Without an uncertainty (fewer than
 * two samples) there is no picture of it and the archive holds the mean alone. Numbers are in the file's units; a
 * picture of an array shows its levels as black and white.
 * @param posterior in units of the input's levels.
 * @param input gives the estimate its alpha, its colour profile and what else the file says beside its pixels.
 */
export async function encodeResults(
  posterior: Posterior,
  estimate: Estimate,
  { format, bits }: ResultFormat,
  { picture, levels, about }: Input,
): Promise<Encoded> {
  const inFile = posteriorInLevels(posterior, levels);
  const shown = estimateOf(picture ? inFile : posterior, estimate);
  const first = {
    ending: `.${format}`,
    bytes:
      format === 'npy'
        ? encodeNpy(estimateOf(inFile, estimate))
        : await encodePicture({ ...picture, image: shown, bits, format }),
  };
  const files = [first];
  if (about && format === 'npy' && isPicture(shown.shape)) {
    const bytes = await encodePicture({ image: pictureOf(shown, about), bits: 16, format: 'png' });
    files.push({ ending: '.preview.png', bytes });
  }
  const { mean, sd, lower, upper } = inFile;
  if (!sd || !lower || !upper) {
    return { files: [...files, { ending: '.posterior.npz', bytes: encodeNpz({ mean }) }] };
  }
  const map = sdPicture(sd);
  const spread = {
    ending: '.sd.png',
    bytes: await encodePicture({ image: map.image, bits: 8, format: 'png' }),
  };
  const numbers = { ending: '.posterior.npz', bytes: encodeNpz({ mean, sd, lower, upper }) };
  return { files: [...files, spread, numbers], sdWhite: map.white };
}

/** Each sample as the estimate is written. @param posterior, input as in `encodeResults`. */
export async function encodeSamples(
  posterior: Posterior,
  { format, bits }: ResultFormat,
  { picture, levels }: Input,
): Promise<NewFile[]> {
  const { samples } = picture || format === 'npy' ? posteriorInLevels(posterior, levels) : posterior;
  const endings = sampleEndings({ format }, samples.length);
  const files: NewFile[] = [];
  for (const [k, image] of samples.entries()) {
    const bytes =
      format === 'npy' ? encodeNpy(image) : await encodePicture({ ...picture, image, bits, format });
    files.push({ ending: endings[k], bytes });
  }
  return files;
}
