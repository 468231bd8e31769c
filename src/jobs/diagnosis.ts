/** `restore` without `--problem`: a picture is looked at, and what is found is what is restored. */
import type { ProblemSpec, Term } from '../../problems/problem.js';
import { showsBlocks } from '../core/block-edges.js';
import { UsageError } from '../core/errors.js';
import { measureNoise, type NoiseMeasurement } from '../core/noise-measure.js';
import { describeNoise, grainOf, isUncertain, pixelSigma } from '../core/noise-words.js';
import type { Input } from '../io/inputs.js';

/** What a picture was found to have. */
interface Diagnosis {
  /** Its problem; undefined where there is nothing to restore. */
  readonly problem?: string;
  /** One line for people. */
  readonly description: string;
}

/** What JPEG leaves in flat places is coarser than this, and soft detail; what cameras leave is finer, px. */
const COARSE = { blocks: 3, none: 4 };
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
  const noise = measureNoise(array);
  const coarse = blocks && (picture.quality ?? 0) < FAINT_BLOCKS ? COARSE.blocks : COARSE.none;
  if (isSeen(noise, coarse)) {
    return { problem: 'denoise', description: `noise${blocks ? ', and JPEG blocks below it' : ''}` };
  }
  if (file) return { problem: 'jpeg', description: `JPEG blocks${quality}` };
  if (blocks) {
    const told = 'the quality that is restored has to be told, such as --problem jpeg:quality=75';
    return { description: `JPEG blocks, but in a file that is no JPEG: ${told}` };
  }
  const open = noise.kind === 'unknown' || (noise.kind !== 'none' && pixelSigma(noise) >= FAINT);
  const rejected = open ? `, for what may be noise is uncertain or coarse (${describeNoise(noise)})` : '';
  return { description: `neither noise nor JPEG blocks${rejected}` };
}

/** @param coarse grain from which on it is no camera's, px. */
function isSeen(noise: NoiseMeasurement, coarse: number): boolean {
  if (noise.kind === 'none' || noise.kind === 'unknown' || isUncertain(noise)) return false;
  return pixelSigma(noise) >= FAINT && grainOf(noise) < coarse;
}

/** A spec that asks for each picture to be looked at. */
export function isOpen({ operators }: ProblemSpec): boolean {
  return operators.length === 0;
}

/** The spec of a picture in which `name` was found. */
export function specOf(name: string, { noise }: ProblemSpec): ProblemSpec {
  return { operators: [{ name, options: {} }], noise };
}
