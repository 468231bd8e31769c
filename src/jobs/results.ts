/** The files that a posterior becomes (ARCHITECTURE.md §5): estimate, picture of its standard deviation, numbers. */
import { type FloatArray, floatArray, type Shape } from '../core/array.js';
import type { Input } from '../io/inputs.js';
import { npyChunks } from '../io/npy.js';
import { npzChunks } from '../io/npz.js';
import type { NewFile } from '../io/output-folder.js';
import { encodePicture, GOOD_QUALITY, type WrittenFormat } from '../io/picture.js';
import { type Development, develop } from '../report/develop.js';
import { sdPicture } from '../report/sd.js';
import type { Posterior } from '../restore.js';
import { encodeErrorMaps, errorMapEndings, errorMapsOf, type MapWhites } from './error-maps.js';
import { posteriorInLevels } from './levels.js';

export type Estimate = 'mean' | 'median' | 'sample';

export interface ResultFormat {
  readonly format: WrittenFormat | 'npy';
  readonly bits: 8 | 16;
  /** Of JPEG and WebP, 1 to 100. */
  readonly quality?: number;
}

/** What may be asked of it; `input` is the format of the input. */
export interface AskedFormat extends Partial<Omit<ResultFormat, 'format'>> {
  readonly format?: ResultFormat['format'] | 'input';
}

/**
 * What is asked for, and for the rest what the input was. Arrays become PNG files of 16 bits; numbers in units of their
 * own stay numbers. What loses something, JPEG and WebP, is only written where it is asked for, as good as the input.
 * @param undone what the input's quality took is what is restored, so that it must not be taken again.
 */
export function resultFormat(asked: AskedFormat, { picture, about }: Input, undone = false): ResultFormat {
  const format = formatOf(asked.format, picture?.format, about !== undefined);
  if (format !== 'jpeg' && format !== 'webp') return { format, bits: asked.bits ?? picture?.bits ?? 16 };
  const own = undone ? undefined : picture?.quality;
  return { format, bits: 8, quality: asked.quality ?? own ?? GOOD_QUALITY };
}

function formatOf(
  asked: AskedFormat['format'],
  own: string | undefined,
  isNumbers: boolean,
): ResultFormat['format'] {
  if (asked !== undefined && asked !== 'input') return asked;
  if (isNumbers) return 'npy';
  if (own === 'tiff') return 'tiff';
  return asked === 'input' && (own === 'jpeg' || own === 'webp') ? own : 'png';
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

/** Of the maps that the measurement told, by option. */
export function mapEndings(options: Iterable<string>): string[] {
  return Array.from(options, (option) => `.${option}.png`);
}

/** Grey pictures of 16 bits, which the option takes again: transmission.png. */
export async function encodeMaps({ found }: Posterior): Promise<NewFile[]> {
  const files: NewFile[] = [];
  for (const [option, { data, shape }] of Object.entries(found?.files ?? {})) {
    const bytes = await encodePicture({ image: floatArray(data, [1, ...shape]), bits: 16, format: 'png' });
    files.push({ ending: `.${option}.png`, bytes });
  }
  return files;
}

/** Of the samples, counted from 1. @param count of those that are kept. */
export function sampleEndings({ format }: Pick<ResultFormat, 'format'>, count: number): string[] {
  return Array.from({ length: count }, (_, k) => `.sample-${k + 1}.${format}`);
}

/**
 * Of the results of inputs that are not read yet.
 * @param kept how many samples are kept.
 * @param maps options that the measurement may tell.
 * @param others what maps besides are asked for.
 */
export function possibleEndings(
  asked: AskedFormat['format'],
  kept = 0,
  maps: readonly string[] = [],
  others: Parameters<typeof errorMapEndings>[0] = {},
): string[] {
  const lossy = asked === 'input' ? (['jpeg', 'webp'] as const) : [];
  const formats =
    asked === undefined || asked === 'input' ? (['png', 'tiff', 'npy', ...lossy] as const) : [asked];
  const all = formats.flatMap((format) => [...resultEndings({ format }), ...sampleEndings({ format }, kept)]);
  return [...new Set([...all, ...mapEndings(maps), ...errorMapEndings(others)])];
}

/** Colours of a camera are developed. */
function pictureOf(image: FloatArray, about: Input['about']): FloatArray {
  return about?.['toSrgb'] && image.shape[0] === 3 ? develop(image, about as unknown as Development) : image;
}

function isPicture(shape: Shape): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

export interface Encoded extends MapWhites {
  readonly files: readonly NewFile[];
  /** The standard deviation that is white in the picture of it; absent where there is none. */
  readonly sdWhite?: number;
}

/**
 * The estimate, `.sd.png` and `.posterior.npz` (mean, sd, lower, upper; float32). Without a standard deviation there is
 * no picture of it; without an interval besides (fewer than two samples, no calibration) the archive holds the mean
 * alone. Numbers are in the file's units; a picture of an array shows its levels as black and white.
 * @param posterior in units of the input's levels.
 * @param input gives the estimate its alpha, its colour profile and what else the file says beside its pixels.
 */
export async function encodeResults(
  posterior: Posterior,
  estimate: Estimate,
  { format, ...coding }: ResultFormat,
  { picture, levels, about }: Input,
): Promise<Encoded> {
  const inFile = posteriorInLevels(posterior, levels);
  const shown = estimateOf(picture ? inFile : posterior, estimate);
  const first: NewFile = {
    ending: `.${format}`,
    bytes:
      format === 'npy'
        ? npyChunks(estimateOf(inFile, estimate))
        : await encodePicture({ ...picture, image: shown, ...coding, format }),
  };
  const files = [first];
  if (about && format === 'npy' && isPicture(shown.shape)) {
    const bytes = await encodePicture({ image: pictureOf(shown, about), bits: 16, format: 'png' });
    files.push({ ending: '.preview.png', bytes });
  }
  const { mean, sd, lower, upper } = inFile;
  const maps = errorMapsOf(inFile);
  const { files: pictures, ...whites } = await encodeErrorMaps(inFile);
  const interval: Record<string, FloatArray> = lower && upper ? { lower, upper } : {};
  const bytes = npzChunks({ mean, ...(sd && { sd }), ...interval, ...maps });
  const numbers = { ending: '.posterior.npz', bytes };
  if (!sd) return { files: [...files, ...pictures, numbers], ...whites };
  const map = sdPicture(sd);
  const spread = {
    ending: '.sd.png',
    bytes: await encodePicture({ image: map.image, bits: 8, format: 'png' }),
  };
  return { files: [...files, spread, ...pictures, numbers], sdWhite: map.white, ...whites };
}

/** Each sample as the estimate is written. @param posterior, input as in `encodeResults`. */
export async function encodeSamples(
  posterior: Posterior,
  { format, ...coding }: ResultFormat,
  { picture, levels }: Input,
): Promise<NewFile[]> {
  const { samples } = picture || format === 'npy' ? posteriorInLevels(posterior, levels) : posterior;
  const endings = sampleEndings({ format }, samples.length);
  const files: NewFile[] = [];
  for (const [k, image] of samples.entries()) {
    const bytes =
      format === 'npy' ? npyChunks(image) : await encodePicture({ ...picture, image, ...coding, format });
    files.push({ ending: endings[k], bytes });
  }
  return files;
}
