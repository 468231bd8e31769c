/**
 * A compressive prior run on parts of the image, so that the memory of its autoencoder does not grow with it. Tiles
 * begin on the autoencoder's grid, so that each has its own codes. The density of codes sees them all at once: it is
 * much smaller than the image.
 */
import { type FloatArray, floatArray, type Shape, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';
import { drawSideBySide } from '../../src/core/side-by-side.js';
import { pad, roundUp } from '../padding.js';
import type { CompressivePrior } from '../prior.js';
import {
  addPullbacks,
  gridOf,
  largestWindow,
  pasteCore,
  shrunk,
  type TileOptions,
  tilesOf,
  windowOf,
} from '../tiles.js';

/**
 * The same prior, encoded and decoded in tiles, to the same values but for rounding. A pullback runs the decoder
 * forward again, tile after tile.
 * @throws Error where the prior has no receptive radius and no halo is given.
 */
export function tiledCodes(prior: CompressivePrior, options: TileOptions): CompressivePrior {
  const grid = gridOf(prior, options);
  const { sizeMultiple, workers = 1 } = prior;
  const gridded = ([channels, height, width]: Shape): Shape => [
    channels,
    roundUp(height, sizeMultiple),
    roundUp(width, sizeMultiple),
  ];
  const [unit] = prior.codeShapes([prior.channels, sizeMultiple, sizeMultiple]);
  const stride = sizeMultiple / unit[1];

  const encode: CompressivePrior['encode'] = async (image, signal) => {
    const [, height, width] = gridded(image.shape);
    const padded = pad(image, height, width);
    const codes = prior.codeShapes(image.shape).map((shape) => zeros(shape));
    const tiles = tilesOf(padded, grid);
    await drawSideBySide(tiles.length, workers, signal, async (i, stop) => {
      const own = await prior.encode(windowOf(padded, tiles[i]), stop);
      own.forEach((code, k) => {
        pasteCore(code, shrunk(tiles[i], height / codes[k].shape[1]), codes[k]);
      });
    });
    return codes;
  };
  const shapeOf = ({ shape }: FloatArray): Shape => [prior.channels, stride * shape[1], stride * shape[2]];
  const inTiles = async (
    z: FloatArray,
    decode: (window: FloatArray) => Promise<FloatArray>,
    signal?: AbortSignal,
  ) => {
    const image = zeros(shapeOf(z));
    const tiles = tilesOf(image, grid);
    await drawSideBySide(tiles.length, workers, signal, async (k) => {
      pasteCore(await decode(windowOf(z, shrunk(tiles[k], stride))), tiles[k], image);
    });
    return image;
  };
  const decode: CompressivePrior['decode'] = (z, signal) =>
    inTiles(z, (window) => prior.decode(window, signal), signal);

  async function linearizeDecode(z: FloatArray, signal?: AbortSignal): Promise<Linearization> {
    const tiles = tilesOf({ shape: shapeOf(z) }, grid);
    if (tiles.length === 1) return prior.linearizeDecode!(z, signal);
    const at = floatArray(z.data.slice(), z.shape);
    return {
      value: await decode(z, signal),
      async pullback(v) {
        const gradient = zeros(at.shape);
        const places = tiles.map((part) => shrunk(part, stride));
        await addPullbacks(v, { tiles, places, atATime: workers, signal }, gradient, (k, stop) =>
          prior.linearizeDecode!(windowOf(at, places[k]), stop),
        );
        return gradient;
      },
      release() {},
    };
  }

  return {
    ...prior,
    ...{ encode, decode },
    ...(prior.linearizeDecode && { linearizeDecode }),
    ...(prior.spread && {
      spread: (z: FloatArray, signal?: AbortSignal) =>
        inTiles(z, (window) => prior.spread!(window, signal), signal),
    }),
    ...(prior.footprint && {
      footprint: (height: number, width: number) => prior.footprint!(...largestWindow(height, width, grid)),
    }),
  };
}
