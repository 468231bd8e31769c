/**
 * A prior run on parts of the image, so that the network's memory does not grow with it (ARCHITECTURE.md §4.6).
 *
 * The image is divided into cores of at most `tile` pixels a side (those at an edge reach further); the network sees
 * each core in a window that reaches a halo beyond it on every side, or to the image's edge. With a halo of at least
 * the receptive radius nothing that a core's pixels depend on is cut off. All windows are of one size, so that one
 * loaded graph serves them all.
 */
import { requirePrior } from '../src/core/arguments.js';
import { type FloatArray, floatArray, zeros } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import { drawSideBySide } from '../src/core/side-by-side.js';
import { type DiffusionPrior, descriptionOf, type LastLayer, type PartWork } from './prior.js';
import {
  addPullbacks,
  type Grid,
  gridOf,
  largestWindow,
  pasteCore,
  type Tile,
  type TileOptions,
  tilesOf,
  windowOf,
} from './tiles.js';

/**
 * The same prior, evaluated in tiles: with halo ≥ receptive radius `denoise` gives the same values as on the whole
 * image, and pullbacks agree to rounding. A pullback runs the network forward again, tile after tile, since what
 * it would have to keep is as large as for the whole image.
 * @throws Error where the prior has no receptive radius and no halo is given.
 * @example
 * ```ts
 * import { loadPrior, tiled } from 'retrodict';
 *
 * const prior = await loadPrior('photo');
 * if (prior.kind === 'diffusion') console.log(tiled(prior, { tile: 512 }).name);
 * ```
 */
export function tiled(prior: DiffusionPrior, options: TileOptions): DiffusionPrior {
  requirePrior(prior ?? null);
  const grid = gridOf(prior, options);

  async function denoise(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<FloatArray> {
    const value = zeros(x.shape);
    const tiles = tilesOf(x, grid);
    await drawSideBySide(tiles.length, atATime(prior), signal, async (k, stop) => {
      pasteCore(await prior.denoise(windowOf(x, tiles[k]), sigma, stop), tiles[k], value);
    });
    return value;
  }

  async function linearize(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<Linearization> {
    const tiles = tilesOf(x, grid);
    if (tiles.length === 1) return prior.linearize!(x, sigma, signal);
    const at = floatArray(x.data.slice(), x.shape);
    return {
      value: await denoise(x, sigma, signal),
      pullback: async (v) => {
        const gradient = zeros(v.shape);
        await addPullbacks(v, { tiles, atATime: atATime(prior), signal }, gradient, (k, stop) =>
          prior.linearize!(windowOf(at, tiles[k]), sigma, stop),
        );
        return gradient;
      },
      release() {},
    };
  }

  return {
    ...descriptionOf(prior),
    denoise,
    ...(prior.linearize && { linearize }),
    ...(prior.lastLayer && { lastLayer: tiledLayer(prior.lastLayer, atATime(prior), options, grid) }),
    inParts: (arrays, work) => inTiles(prior, tilesOf(arrays[0], grid), arrays, work),
    footprint: prior.footprint && ((h, w) => prior.footprint!(...largestWindow(h, w, grid))),
  };
}

/** The last layer of a prior that sees images in parts. */
function tiledLayer(layer: LastLayer, workers: number, options: TileOptions, grid: Grid): LastLayer {
  return {
    async deviation(x, sigma, signal) {
      const value = zeros(x.shape);
      const tiles = tilesOf(x, grid);
      await drawSideBySide(tiles.length, workers, signal, async (k, stop) => {
        pasteCore(await layer.deviation(windowOf(x, tiles[k]), sigma, stop), tiles[k], value);
      });
      return value;
    },
    draw: async (random) => tiled(await layer.draw(random), options),
  };
}

/**
 * A prior whose network takes one size only (28², 64²), for images of any size. Where every pixel sees the whole window
 * the parts of an image do not quite agree: each is seen with a quarter of the window around it.
 */
export function inFixedSize(prior: DiffusionPrior): DiffusionPrior {
  if (prior.fixedSize === undefined) return prior;
  const [height, width] = prior.fixedSize;
  const side = Math.min(height, width);
  const halo = Math.min(prior.receptiveRadius ?? side, Math.floor(side / 4));
  return tiled(prior, { tile: [height - 2 * halo, width - 2 * halo], halo, fixed: true });
}

/** The work on every tile, and what it gives put together. */
async function inTiles(
  prior: DiffusionPrior,
  tiles: readonly Tile[],
  arrays: readonly FloatArray[],
  work: PartWork,
): Promise<readonly FloatArray[]> {
  let whole: FloatArray[] | undefined;
  await drawSideBySide(tiles.length, atATime(prior), undefined, async (k) => {
    const windows = arrays.map((array) => windowOf(array, tiles[k]));
    const results = await work(windows, prior, k, tiles.length);
    whole ??= results.map(({ shape }) => zeros([shape[0], ...arrays[0].shape.slice(1)]));
    for (const [i, result] of results.entries()) pasteCore(result, tiles[k], whole[i]);
  });
  return whole!;
}

/** One tile for each of the network's workers, and as many that are cut out or laid down meanwhile. */
function atATime({ workers = 1 }: DiffusionPrior): number {
  return workers === 1 ? 1 : 2 * workers;
}
