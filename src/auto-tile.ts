/** `--tile auto`: the whole image where memory allows it, else the tiles that cost least among those that fit. */
import { tiledCodes } from '../models/compressive/tiled.js';
import type { CompressivePrior, DiffusionPrior, Prior } from '../models/prior.js';
import { tiled } from '../models/tiled.js';
import { canBeTiled, tileCost } from '../models/tiles.js';
import { estimateMemory, type MemoryTask } from './memory.js';

/** Tiles are tried in these steps, in pixels a side. */
const STEP = 64;

/** A prior as it is to be run for one image. */
export interface FittedPrior {
  readonly prior: Prior | undefined;
  /** Absent where the network sees the whole image. */
  readonly tile?: number;
}

/**
 * The task's prior in tiles where its estimated memory is above the limit; as it is where it is not, or where nothing
 * else can be done.
 * @param limit bytes that the work may take, beside what is held already.
 */
export function fitted(task: MemoryTask, limit: number): FittedPrior {
  const { prior, imageShape, solver } = task;
  if (!canBeTiled(prior) || solver.needs.prior === 'none' || estimateMemory(task) <= limit) return { prior };
  const [height, width] = imageShape.slice(-2);
  const candidates: { tile: number; prior: Prior }[] = [];
  for (let tile = STEP; tile < Math.max(height, width); tile += STEP) {
    const parts = inTiles(prior, tile);
    // More memory with every step.
    if (estimateMemory({ ...task, prior: parts }) > limit) break;
    candidates.push({ tile, prior: parts });
  }
  if (candidates.length === 0) return { prior: inTiles(prior, STEP), tile: STEP };
  const costs = candidates.map(({ tile }) => tileCost(prior, { tile }, height, width));
  return candidates[costs.indexOf(Math.min(...costs))];
}

function inTiles(prior: DiffusionPrior | CompressivePrior, tile: number): Prior {
  return prior.kind === 'diffusion' ? tiled(prior, { tile }) : tiledCodes(prior, { tile });
}
