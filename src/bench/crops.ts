/** Photographs to restore: the middles of all pictures in a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FloatArray, zeros } from '../core/array.js';
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

function centreCrop(image: FloatArray, side: number, name: string): FloatArray {
  const [channels, height, width] = image.shape;
  if (Math.min(height, width) < side) {
    throw new UsageError(`${name} is ${width}×${height} px, too small for a crop of ${side}×${side}`);
  }
  const out = zeros([channels, side, side]);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  for (let row = 0; row < channels * side; row++) {
    const from = (Math.floor(row / side) * height + top + (row % side)) * width + left;
    out.data.set(image.data.subarray(from, from + side), row * side);
  }
  return out;
}
