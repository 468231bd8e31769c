/** Pictures on disk. */
import { extname } from 'node:path';
import { requireText } from '../core/arguments.js';
import { contiguous, type FloatArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { writeFileAtomic } from './atomic.js';
import { readBytes } from './inputs.js';
import {
  decodePicture,
  encodePicture,
  type Picture,
  type PictureLimits,
  type WrittenFormat,
} from './picture.js';

/**
 * Reads a PNG, TIFF, JPEG, WebP or AVIF file.
 * @throws Error in one sentence when the file is missing or no picture, is damaged, or is larger than the limits.
 * @example
 * ```ts
 * import { readPicture } from 'retrodict';
 *
 * const { image, bits, alpha } = await readPicture('photo.png');
 * console.log(image.shape, bits, alpha !== undefined);
 * ```
 */
export async function readPicture(path: string, limits?: PictureLimits): Promise<Picture> {
  requireText(path, 'the path of a picture');
  return decodePicture(await readBytes(path), path, limits);
}

const FORMATS: Readonly<Record<string, WrittenFormat>> = {
  '.png': 'png',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/**
 * Writes an image as PNG, TIFF, JPEG or WebP, as its name ends; values are clipped to [0, 1].
 * @param image [C, H, W], C = 1 or 3.
 * @param like gives the file its bit depth (8 without it), alpha, colour profile and quality, such as the picture
 *   restored.
 * @throws UsageError where the name ends otherwise.
 * @example
 * ```ts
 * import { writePicture, zeros } from 'retrodict';
 *
 * await writePicture('black.png', zeros([3, 16, 16]), { bits: 16 });
 * ```
 */
export async function writePicture(path: string, image: FloatArray, like?: Partial<Picture>): Promise<void> {
  requireText(path, 'the path of the picture to be');
  const format = FORMATS[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new UsageError(
      `${path} cannot be written: its name must end in ${Object.keys(FORMATS).join(', ')}`,
    );
  }
  const { bits = 8 } = like ?? {};
  await writeFileAtomic(path, await encodePicture({ ...like, image: contiguous(image), bits, format }));
}
