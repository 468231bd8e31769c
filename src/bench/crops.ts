/** Photographs to restore: the middles of all pictures in a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FloatArray } from '../core/array.js';
import { centreCrop } from '../core/centre-crop.js';
import { UsageError } from '../core/errors.js';
import { reasonOf } from '../core/reasons.js';
import { decodePicture } from '../io/picture.js';

export interface Photograph {
  readonly name: string;
  readonly image: FloatArray;
}

/**
 * In name order.
 * @param side of the square that is cut out, px.
 * @throws UsageError when there is no such folder, or a picture is smaller than that.
 */
export async function readPhotographs(folder: string, side: number): Promise<Photograph[]> {
  const entries = await readdir(folder).catch((error) => {
    throw new UsageError(`the photographs in ${folder} cannot be read: ${reasonOf(error)}`);
  });
  const names = entries.filter((name) => /\.(png|jpe?g|tiff?|webp)$/i.test(name)).sort();
  const photographs: Photograph[] = [];
  for (const name of names) {
    const { image } = await decodePicture(await readFile(join(folder, name)), name);
    photographs.push({ name, image: centreCrop(image, side, name) });
  }
  return photographs;
}
