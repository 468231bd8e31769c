/** `restore` without `--problem`: a picture is looked at, and what is found is what is restored. */
import type { ProblemSpec, Term } from '../../problems/problem.js';
import { showsBlocks } from '../core/block-edges.js';
import { UsageError } from '../core/errors.js';
import type { NoiseMeasurement } from '../core/noise-measure.js';
import { describeNoise, grainOf, pixelSigma } from '../core/noise-words.js';
import type { Input } from '../io/inputs.js';
import { isDoubtful } from './noise-doubts.js';
import { seenNoise } from './seen-noise.js';

/** What a picture was found to have. */
interface Diagnosis {
  /** Its problem; undefined where there is nothing to restore. */
  readonly problem?: string;
  /** One line for people. */
  readonly description: string;
}

/** What a JPEG file's blocks leave in flat places is coarser than this, px; in other files, soft detail is. */
const COARSE = { blocks: 3, none: 5 };
/** From this quality on blocks are too faint to be taken for grain. */
const FAINT_BLOCKS = 90;
/** Less than one level of eight bits is not seen. */
const FAINT = 1 / 255;

/**
 * Noise where it is seen; else the blocks of a JPEG file; else nothing. Noise is first, since taking it away takes most
 * of the blocks away too, and the blocks of a noisy picture are hardly seen.
 * @param stated noise that was told, which is not measured then.
 * @throws UsageError where the input is no picture.
 */
export function diagnose(
  { array, picture }: Pick<Input, 'array' | 'picture'>,
  path: string,
  stated: Term | undefined,
): Diagnosis {
  if (picture === undefined) {
    throw new UsageError(`--problem is needed for ${path}: only a picture can be looked at`);
  }
  const blocks = showsBlocks(array);
  const file = blocks && typeof picture.coding === 'object';
  const quality = picture.quality === undefined ? '' : `, quality about ${picture.quality}`;
  if (stated) {
    if (file) return { problem: 'jpeg', description: `JPEG blocks${quality}` };
    return { problem: 'denoise', description: 'noise, as it was told' };
  }
  const noise = seenNoise({ array, picture });
  if (typeof noise === 'string') return { description: `nothing to restore, for the picture is ${noise}` };
  const coarse = file && (picture.quality ?? 0) < FAINT_BLOCKS ? COARSE.blocks : COARSE.none;
  if (isSeen(noise, coarse)) {
    return { problem: 'denoise', description: `noise${blocks ? ', and JPEG blocks below it' : ''}` };
  }
  if (file) return { problem: 'jpeg', description: `JPEG blocks${quality}` };
  if (blocks) {
    const told = 'the quality that is restored has to be told, such as --problem jpeg:quality=75';
    return { description: `JPEG blocks, but in a file that is no JPEG: ${told}` };
  }
  if (noise.kind === 'unknown') {
    return { description: 'no JPEG blocks, and no part flat enough to tell noise from detail' };
  }
  const open = noise.kind !== 'none' && pixelSigma(noise) >= FAINT;
  const rejected = open ? `, for what may be noise is uncertain or coarse (${describeNoise(noise)})` : '';
  return { description: `neither noise nor JPEG blocks${rejected}` };
}

/** @param coarse grain from which on it is no camera's, px. */
function isSeen(noise: NoiseMeasurement, coarse: number): boolean {
  return !isDoubtful(noise) && pixelSigma(noise) >= FAINT && grainOf(noise) < coarse;
}

/** A spec that asks for each picture to be looked at. */
export function isOpen({ operators }: ProblemSpec): boolean {
  return operators.length === 0;
}

/** The spec of a picture in which `name` was found. */
export function specOf(name: string, { noise }: ProblemSpec): ProblemSpec {
  return { operators: [{ name, options: {} }], noise };
}
