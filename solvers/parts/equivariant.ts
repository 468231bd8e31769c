/**
 * Denoising a copy that is mirrored and turned at random, and undoing that in the answer: what a network makes of one
 * orientation and not of another averages out along a chain (Terris, Moreau, Pustelnik & Tachella, "Equivariant
 * plug-and-play image reconstruction", CVPR 2024; arXiv 2312.01831). It costs no network evaluation.
 */

import type { DiffusionPrior } from '../../models/prior.js';
import { requireAbility, requireArrays, requireMethods } from '../../src/core/arguments.js';
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';

/**
 * An element of the dihedral group: bit 0 turns the image upside down, bit 1 swaps left and right, and then
 * bit 2 swaps rows and columns.
 */
export type Orientation = number;

const LEFT_RIGHT = 2;
const ROWS_COLUMNS = 4;

/**
 * D(x) by way of a random orientation, among those that the prior's card declares its images to be alike in.
 * @example
 * ```ts
 * import { type Context, type DiffusionPrior, equivariantDenoise, type FloatArray } from 'retrodict/solver';
 *
 * export function denoise(prior: DiffusionPrior, x: FloatArray, { random, signal }: Context) {
 *   return equivariantDenoise(prior, x, 0.1, random('orientation', 0), signal);
 * }
 * ```
 */
export async function equivariantDenoise(
  prior: DiffusionPrior,
  x: FloatArray,
  sigma: number,
  random: Random,
  signal?: AbortSignal,
): Promise<FloatArray> {
  requireAbility(prior, 'denoise');
  requireArrays({ x });
  const [, height, width] = x.shape;
  const choices = orientations(prior.card?.symmetry, height === width);
  if (choices.length === 1) return prior.denoise(x, sigma, signal);
  requireMethods(random, 'the stream of random numbers', ['integer'], "what context.random('turn') gives");
  const orientation = choices[random.integer(choices.length)];
  const denoised = await prior.denoise(oriented(x, orientation), sigma, signal);
  return oriented(denoised, inverse(orientation));
}

/** What images are alike in, as a card says it. */
export type Symmetry = 'dihedral' | 'mirror' | 'none' | undefined;

/** Those in which images of this symmetry are alike, and keep their shape. */
export function orientations(symmetry: Symmetry, square: boolean): readonly Orientation[] {
  switch (symmetry) {
    case 'dihedral':
      // Other images keep their shape, and with it what the runtime has planned for.
      return square ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 1, 2, 3];
    case 'mirror':
      return [0, LEFT_RIGHT];
    default:
      return [0];
  }
}

/** The image [C, H, W] in another orientation: [C, W, H] where rows and columns are swapped. */
export function oriented(x: FloatArray, orientation: Orientation): FloatArray {
  const [channels, height, width] = x.shape;
  const swapped = (orientation & ROWS_COLUMNS) !== 0;
  const out = zeros(swapped ? [channels, width, height] : x.shape);
  const [along, down] = swapped ? [height, 1] : [1, width];
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let row = 0; row < height; row++) {
      const from = plane + (orientation & 1 ? height - 1 - row : row) * width;
      const to = plane + row * down;
      if (orientation & LEFT_RIGHT) {
        for (let i = 0; i < width; i++) out.data[to + i * along] = x.data[from + width - 1 - i];
      } else {
        for (let i = 0; i < width; i++) out.data[to + i * along] = x.data[from + i];
      }
    }
  }
  return out;
}

/** With rows and columns swapped, what was upside down is left for right. */
export function inverse(orientation: Orientation): Orientation {
  if ((orientation & ROWS_COLUMNS) === 0) return orientation;
  return ROWS_COLUMNS | ((orientation & 1) << 1) | ((orientation & LEFT_RIGHT) >> 1);
}
