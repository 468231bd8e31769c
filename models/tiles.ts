/** How an image is divided into tiles: cores, and windows that reach a halo beyond them. */
import { type FloatArray, type Shape, zeros } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import { drawInOrder } from '../src/core/side-by-side.js';
import { cut, paste, roundUp } from './padding.js';
import type { CompressivePrior, DiffusionPrior, Prior } from './prior.js';

/** How the image is divided. */
export interface TileOptions {
  /**
   * Pixels a side, or [height, width], that one run of the network contributes at most, inside the image; rounded up to
   * the prior's size multiple.
   */
  readonly tile: number | readonly [number, number];
  /** Pixels that a window reaches beyond its core; the prior's receptive radius when absent. */
  readonly halo?: number;
  /** Whether every window is a core and two halos wide where the image is; else they are as short as they may be. */
  readonly fixed?: boolean;
}

/** Extents in pixels, multiples of `multiple`. */
export interface Grid {
  readonly tile: readonly [number, number];
  readonly halo: number;
  readonly multiple: number;
  readonly fixed: boolean;
}

/**
 * @throws Error where the prior has no receptive radius and no halo is given; RangeError where tile or halo are none.
 */
export function gridOf(prior: Tileable, options: TileOptions): Grid {
  const reach = options.halo ?? prior.receptiveRadius;
  if (reach === undefined) {
    throw new Error(
      `${prior.name} cannot be tiled: every pixel may see the whole image, and no halo was given.`,
    );
  }
  const { tile, fixed = false } = options;
  const [height, width] = typeof tile === 'number' ? [tile, tile] : tile;
  if (!(height >= 1 && width >= 1 && reach >= 0)) {
    throw new RangeError(`A tile has at least 1 pixel and a halo at least 0, not ${tile} and ${reach}.`);
  }
  const multiple = prior.sizeMultiple;
  return {
    tile: [roundUp(height, multiple), roundUp(width, multiple)],
    halo: roundUp(reach, multiple),
    ...{ multiple, fixed },
  };
}

/** What is asked of a prior that is to be tiled. */
interface Tileable {
  readonly name: string;
  readonly sizeMultiple: number;
  readonly receptiveRadius?: number;
}

/** Not where every pixel may see the whole image, and not what is seen in parts already. */
export function canBeTiled(prior: Prior | undefined): prior is DiffusionPrior | CompressivePrior {
  if (prior?.kind !== 'diffusion' && prior?.kind !== 'compressive') return false;
  return prior.receptiveRadius !== undefined && !(prior.kind === 'diffusion' && prior.inParts);
}

/** The tiles of an image [C, H, W], row by row. */
export function tilesOf({ shape }: { readonly shape: Shape }, grid: Grid): Tile[] {
  const [rows, columns] = spansOf(shape[1], shape[2], grid);
  return rows.flatMap((row) => columns.map((column) => ({ row, column })));
}

/** One axis of a tile: [coreStart, coreEnd) is contributed, [start, end) is seen. */
interface Span {
  readonly coreStart: number;
  readonly coreEnd: number;
  readonly start: number;
  readonly end: number;
}

/** A core and its window. */
export interface Tile {
  readonly row: Span;
  readonly column: Span;
}

/**
 * The fewest windows that cover an axis, all of one length, as short as that allows. Neighbours share at least two
 * halos, and no halo is wasted beyond an end: the first and the last core reach it. Windows begin on the grid, and the
 * last may lack what the prior itself pads up to it.
 */
function spans(extent: number, tile: number, { halo, multiple, fixed }: Grid): Span[] {
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

function spansOf(height: number, width: number, grid: Grid): [Span[], Span[]] {
  return [spans(height, grid.tile[0], grid), spans(width, grid.tile[1], grid)];
}

/** [height, width] of the largest window on an image of this size. */
export function largestWindow(height: number, width: number, grid: Grid): [number, number] {
  const longest = (all: readonly Span[]) => Math.max(...all.map(({ start, end }) => end - start));
  const [rows, columns] = spansOf(height, width, grid);
  return [longest(rows), longest(columns)];
}

/** How many pixels the network sees in all, for images of this size, over how many they have: what tiling costs. */
export function tileCost(prior: Tileable, options: TileOptions, height: number, width: number): number {
  const seen = spansOf(height, width, gridOf(prior, options)).map((all) =>
    all.reduce((sum, { start, end }) => sum + end - start, 0),
  );
  return (seen[0] * seen[1]) / (height * width);
}

/** What a tile's network sees of an image. */
export function windowOf(x: FloatArray, { row, column }: Tile): FloatArray {
  return cut(x, row.start, column.start, row.end - row.start, column.end - column.start);
}

/** Lays the core of what was computed on a window into the image. */
export function pasteCore(window: FloatArray, { row, column }: Tile, image: FloatArray): void {
  const height = row.coreEnd - row.coreStart;
  const width = column.coreEnd - column.coreStart;
  const core = cut(window, row.coreStart - row.start, column.coreStart - column.start, height, width);
  paste(core, image, row.coreStart, column.coreStart);
}

/** Tiles whose pullbacks are added, several at a time. */
interface PulledTiles {
  readonly tiles: readonly Tile[];
  /** Where each lies in what is differentiated; there too when absent. */
  readonly places?: readonly Tile[];
  readonly atATime: number;
  readonly signal?: AbortSignal;
}

/** Adds what v pulls back through each tile to the gradient, in their order, whichever is done first. */
export async function addPullbacks(
  v: FloatArray,
  { tiles, places = tiles, atATime, signal }: PulledTiles,
  gradient: FloatArray,
  linearize: (k: number, signal: AbortSignal) => Promise<Linearization>,
): Promise<void> {
  const pulled = async (k: number, stop: AbortSignal) => {
    const local = await linearize(k, stop);
    try {
      return await local.pullback(onlyCore(v, tiles[k]));
    } finally {
      local.release();
    }
  };
  await drawInOrder(tiles.length, atATime, signal, pulled, (part, k) => addWindow(part, places[k], gradient));
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

/** The same tile of an array each of whose positions stands for `stride` pixels a side, on which the grid lies. */
export function shrunk({ row, column }: Tile, stride: number): Tile {
  const over = ({ coreStart, coreEnd, start, end }: Span): Span => ({
    coreStart: coreStart / stride,
    coreEnd: coreEnd / stride,
    start: start / stride,
    end: end / stride,
  });
  return { row: over(row), column: over(column) };
}
