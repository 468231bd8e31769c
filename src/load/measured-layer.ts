/** Writing into a card what its network does not know. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileCard } from '../../models/files.js';
import type { Example } from '../../models/last-layer-prior.js';
import type { LoadOptions } from '../../models/load.js';
import { measureLastLayer } from '../../models/measured-layer.js';
import { cut } from '../../models/padding.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { requireText } from '../core/arguments.js';
import { type FloatArray, floatArray, mapArray } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { keyedRandom } from '../core/random.js';
import { writeFileAtomic } from '../io/atomic.js';
import { encodeNpy } from '../io/npy.js';
import { readPicture } from '../io/picture-file.js';
import { walk } from '../io/walk.js';

/** Pixels a side of the middle of each picture. */
const SIDE = 128;

/** Levels of noise in [0, 1] units, within what the prior knows; one is drawn for each picture. */
const [LEAST, MOST] = [2 / 255, 0.5];

/**
 * Measures on a folder of clean pictures, like those of the training, how far the last layer of a prior may be off,
 * and writes that beside its card (`last-layer.npy`) and into it (`lastLayer`). `restore --epistemic` needs it.
 * @returns how many pictures there were. @throws UsageError where there are fewer than two, or the prior is of another
 * kind; Error where its graph cannot be split at its last convolution.
 * @example
 * ```ts
 * import { writeLastLayer } from 'retrodict';
 *
 * console.log((await writeLastLayer('my-prior', 'photographs')).images);
 * ```
 */
export async function writeLastLayer(
  place: string,
  folder: string,
  options: Pick<LoadOptions, 'timeout' | 'signal' | 'allowOutside' | 'threads'> = {},
): Promise<{ readonly images: number }> {
  requireText(place, 'the path of a prior');
  requireText(folder, 'the folder of pictures');
  const { items } = await walk([folder], { out: dirname(place), endings: [], verb: 'measured' });
  if (items.length < 2) {
    throw new UsageError(`--laplace ${folder} holds ${items.length} pictures, expected two or more`);
  }
  const paths = items.map((item) => item.path);
  const { law, images, path } = await measureLastLayer(place, (prior) => examplesOf(paths, prior), options);
  const name = basename(path).replace(/card\.json$/, 'last-layer.npy');
  const moments = floatArray(law.moments, [law.moments.length]);
  await writeFileAtomic(join(dirname(path), name), encodeNpy(moments));
  const lastLayer = {
    ...(await fileCard(dirname(path), name)),
    images,
    observations: law.observations,
    residual: Number(law.residual.toPrecision(6)),
  };
  const card = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFileAtomic(path, `${JSON.stringify({ ...card, lastLayer }, null, 2)}\n`);
  return { images };
}

async function* examplesOf(paths: readonly string[], prior: DiffusionPrior): AsyncGenerator<Example> {
  const [least, most] = prior.sigmaRange;
  const [low, high] = [Math.max(LEAST, least), Math.min(MOST, most)];
  for (const [k, path] of paths.entries()) {
    const random = keyedRandom(0, 'last layer', k);
    const clean = middleOf(inChannels((await readPicture(path)).image, prior.channels), prior);
    const sigma = low * (Math.max(high, low) / low) ** random('level').uniform();
    const noise = random('noise').normals(clean.shape);
    yield { clean, noisy: mapArray(clean, (value, i) => value + sigma * noise.data[i]), sigma };
  }
}

/** @throws UsageError where a picture is smaller than the only size that the network takes. */
function middleOf(image: FloatArray, { fixedSize, sizeMultiple }: DiffusionPrior): FloatArray {
  const [, height, width] = image.shape;
  const side = (extent: number) =>
    Math.max(sizeMultiple, Math.floor(Math.min(extent, SIDE) / sizeMultiple) * sizeMultiple);
  const [rows, columns] = fixedSize ?? [side(height), side(width)];
  if (rows > height || columns > width) {
    const found = `a picture of ${height}×${width} pixels`;
    throw new UsageError(`--laplace needs pictures of ${rows}×${columns} pixels or more, found ${found}`);
  }
  return cut(image, (height - rows) >> 1, (width - columns) >> 1, rows, columns);
}

/** The mean of the channels, or the same in all, where the network has another number of them. */
function inChannels(image: FloatArray, channels: number): FloatArray {
  const [own, height, width] = image.shape;
  if (own === channels) return image;
  const size = height * width;
  const data = new Float32Array(channels * size);
  for (let i = 0; i < size; i++) {
    let mean = 0;
    for (let c = 0; c < own; c++) mean += image.data[c * size + i] / own;
    for (let c = 0; c < channels; c++) data[c * size + i] = mean;
  }
  return floatArray(data, [channels, height, width]);
}
