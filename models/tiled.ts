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
import { cut, paste, roundUp } from './padding.js';
import { type DiffusionPrior, descriptionOf, type PartWork } from './prior.js';

/** How the image is divided. */
export interface TileOptions {
  /**
   * Pixels a side that one run of the network contributes at most, inside the image; rounded up to the prior's size
   * multiple.
   */
  readonly tile: number;
  /** Pixels that a window reaches beyond its core; the prior's receptive radius when absent. */
  readonly halo?: number;
  /** Whether every window is a core and two halos wide where the image is; else they are as short as they may be. */
  readonly fixed?: boolean;
}

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
    for (const part of tilesOf(x, grid)) {
      const estimate = await prior.denoise(windowOf(x, part), sigma, signal);
      pasteCore(estimate, part, value);
    }
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
        for (const part of tiles) {
          const local = await prior.linearize!(windowOf(at, part), sigma, signal);
          try {
            addWindow(await local.pullback(onlyCore(v, part)), part, gradient);
          } finally {
            local.release();
          }
        }
        return gradient;
      },
      release() {},
    };
  }

  return {
    ...descriptionOf(prior),
    denoise,
    ...(prior.linearize && { linearize }),
    inParts: (arrays, work) => inTiles(prior, tilesOf(arrays[0], grid), arrays, work),
    footprint: prior.footprint && ((h, w) => prior.footprint!(longest(h, grid), longest(w, grid))),
  };
}

/**
 * A prior whose network takes one size only (28², 64²), for images of any size. Where every pixel sees the whole window
 * the parts of an image do not quite agree: each is seen with a quarter of the window around it.
 */
export function inFixedSize(prior: DiffusionPrior): DiffusionPrior {
  if (prior.fixedSize === undefined) return prior;
  const side = Math.min(...prior.fixedSize);
  const halo = Math.min(prior.receptiveRadius ?? side, Math.floor(side / 4));
  return tiled(prior, { tile: side - 2 * halo, halo, fixed: true });
}

/** Of the windows along an axis. */
function longest(extent: number, grid: Grid): number {
  return Math.max(...spans(extent, grid).map(({ start, end }) => end - start));
}

/** How many pixels the network sees in all, for images of this size, over how many they have: what tiling costs. */
export function tileCost(prior: DiffusionPrior, options: TileOptions, height: number, width: number): number {
  const grid = gridOf(prior, options);
  const seen = [height, width].map((extent) =>
    spans(extent, grid).reduce((sum, { start, end }) => sum + end - start, 0),
  );
  return (seen[0] * seen[1]) / (height * width);
}

/** The work on every tile, and what it gives put together. */
async function inTiles(
  prior: DiffusionPrior,
  tiles: readonly Tile[],
  arrays: readonly FloatArray[],
  work: PartWork,
): Promise<readonly FloatArray[]> {
  let whole: FloatArray[] = [];
  for (const [k, part] of tiles.entries()) {
    const windows = arrays.map((array) => windowOf(array, part));
    const results = await work(windows, prior, k, tiles.length);
    if (k === 0) whole = results.map(({ shape }) => zeros([shape[0], ...arrays[0].shape.slice(1)]));
    results.forEach((result, i) => {
      pasteCore(result, part, whole[i]);
    });
  }
  return whole;
}

/** Extents in pixels, multiples of `multiple`. */
interface Grid {
  readonly tile: number;
  readonly halo: number;
  readonly multiple: number;
  readonly fixed: boolean;
}

function gridOf(prior: DiffusionPrior, options: TileOptions): Grid {
  const reach = options.halo ?? prior.receptiveRadius;
  if (reach === undefined) {
    throw new Error(
      `${prior.name} cannot be tiled: every pixel may see the whole image, and no halo was given.`,
    );
  }
  if (!(options.tile >= 1 && reach >= 0)) {
    throw new RangeError(
      `A tile has at least 1 pixel and a halo at least 0, not ${options.tile} and ${reach}.`,
    );
  }
  const multiple = prior.sizeMultiple;
  const { tile, fixed = false } = options;
  return { tile: roundUp(tile, multiple), halo: roundUp(reach, multiple), multiple, fixed };
}

function tilesOf(x: FloatArray, grid: Grid): Tile[] {
  const [rows, columns] = [spans(x.shape[1], grid), spans(x.shape[2], grid)];
  return rows.flatMap((row) => columns.map((column) => ({ row, column })));
}

/** One axis of a tile: [coreStart, coreEnd) is contributed, [start, end) is seen. */
interface Span {
  readonly coreStart: number;
  readonly coreEnd: number;
  readonly start: number;
  readonly end: number;
}

interface Tile {
  readonly row: Span;
  readonly column: Span;
}

/**
 * The fewest windows that cover an axis, all of one length, as short as that allows. Neighbours share at least two
 * halos, and no halo is wasted beyond an end: the first and the last core reach it. Windows begin on the grid, and the
 * last may lack what the prior itself pads up to it.
 */
function spans(extent: number, { tile, halo, multiple, fixed }: Grid): Span[] {
  const padded = roundUp(extent, multiple);
  const count = Math.max(1, Math.ceil((padded - 2 * halo) / tile));
  const shortest = roundUp(Math.ceil((padded + 2 * halo * (count - 1)) / count), multiple);
  const length = fixed ? Math.min(padded, tile + 2 * halo) : shortest;
  const startOf = (i: number) =>
    count === 1 ? 0 : multiple * Math.floor((i * (padded - length)) / (count - 1) / multiple);
  return Array.from({ length: count }, (_, i) => ({
    coreStart: i === 0 ? 0 : startOf(i) + halo,
    coreEnd: i === count - 1 ? extent : Math.min(extent, startOf(i + 1) + halo),
    start: startOf(i),
    end: Math.min(extent, startOf(i) + length),
  }));
}

function windowOf(x: FloatArray, { row, column }: Tile): FloatArray {
  return cut(x, row.start, column.start, row.end - row.start, column.end - column.start);
}

/** Lays the core of what was computed on a window into the image. */
function pasteCore(window: FloatArray, { row, column }: Tile, image: FloatArray): void {
  const height = row.coreEnd - row.coreStart;
  const width = column.coreEnd - column.coreStart;
  const core = cut(window, row.coreStart - row.start, column.coreStart - column.start, height, width);
  paste(core, image, row.coreStart, column.coreStart);
}

/** The window of v with everything outside the core set to zero: the adjoint of `pasteCore`. */
function onlyCore(v: FloatArray, { row, column }: Tile): FloatArray {
  const window = zeros([v.shape[0], row.end - row.start, column.end - column.start]);
  const height = row.coreEnd - row.coreStart;
  const width = column.coreEnd - column.coreStart;
  const core = cut(v, row.coreStart, column.coreStart, height, width);
  paste(core, window, row.coreStart - row.start, column.coreStart - column.start);
  return window;
}

/** Adds a window to the image: the adjoint of `windowOf`. */
function addWindow(window: FloatArray, { row, column }: Tile, image: FloatArray): void {
  const [channels, h, w] = window.shape;
  const [, height, width] = image.shape;
  for (let c = 0, i = 0; c < channels; c++) {
    for (let y = 0; y < h; y++) {
      const to = (c * height + row.start + y) * width + column.start;
      for (let x = 0; x < w; x++) image.data[to + x] += window.data[i++];
    }
  }
}
