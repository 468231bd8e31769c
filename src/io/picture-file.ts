/** Pictures on disk. */
import { extname } from 'node:path';
import { requireText } from '../core/arguments.js';
import { contiguous, type FloatArray } from '../core/array.js';
import { writeFileAtomic } from './atomic.js';
import { readBytes } from './inputs.js';
import { decodePicture, encodePicture, type Picture, type PictureLimits } from './picture.js';

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

/**
 * Writes an image as PNG, or as TIFF where the name ends so; values are clipped to [0, 1].
 * @param image [C, H, W], C = 1 or 3.
 * @param like gives the file its bit depth (8 without it), alpha and colour profile, such as the picture restored.
 * @example
 * ```ts
 * import { writePicture, zeros } from 'retrodict';
 *
 * await writePicture('black.png', zeros([3, 16, 16]), { bits: 16 });
 * ```
 */
export async function writePicture(path: string, image: FloatArray, like?: Partial<Picture>): Promise<void> {
  requireText(path, 'the path of the picture to be');
  const format = /^\.tiff?$/i.test(extname(path)) ? 'tiff' : 'png';
  const { bits = 8 } = like ?? {};
  await writeFileAtomic(path, await encodePicture({ ...like, image: contiguous(image), bits, format }));
}
