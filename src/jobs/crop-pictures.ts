/** The middles of pictures, as files: what a calibration measures need not be whole photographs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { centreCrop } from '../core/centre-crop.js';
import { UsageError } from '../core/errors.js';
import { readInput } from '../io/inputs.js';
import type { PictureLimits } from '../io/picture.js';
import { writePicture } from '../io/picture-file.js';
import type { Item } from '../io/walk.js';

/**
 * Writes `NAME.png` for each picture that is not there yet.
 * @param side pixels; absent: the whole.
 * @throws UsageError where one is no picture or is smaller.
 */
export async function croppedPictures(
  items: readonly Item[],
  folder: string,
  side: number | undefined,
  limits?: PictureLimits,
): Promise<void> {
  for (const { path, name } of items) {
    const out = join(folder, `${name}.png`);
    if (existsSync(out)) continue;
    const { picture } = await readInput(path, limits);
    if (picture === undefined) throw new UsageError(`${path} is no picture, expected clean photographs`);
    const image = side === undefined ? picture.image : centreCrop(picture.image, side, path);
    await writePicture(out, image, { bits: picture.bits });
  }
}
