/**
 * Magnetic resonance imaging: k-space along the lines of a Cartesian scan, with one coil or several.
 *
 * Images are real (magnitudes); a phase, where there is one, belongs into the coil maps. As in fastMRI the transform is
 * centred and orthonormal, lines run down the image, and what is not measured is zero in a k-space of full size.
 */
import { z } from 'zod';
import { type FloatArray, formatShape, type Shape, sameShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import { singleCoil } from '../parts/fourier-of-real.js';
import { multiCoil } from '../parts/fourier-through-maps.js';
import { imageShape } from '../parts/planes.js';
import { cartesianLines } from './cartesian-mask.js';
import { birdcageMaps } from './coil-maps.js';

const options = z.strictObject({
  acceleration: z.number().min(1).max(64).default(4).describe('k-space lines over measured ones'),
  pattern: z
    .enum(['random', 'equispaced'])
    .default('random')
    .describe('how the lines outside the centre are chosen'),
  acs: z
    .int()
    .min(0)
    .optional()
    .describe('lines around the origin that are always measured; 0.32·lines/acceleration when absent'),
  seed: z.int().default(0).describe('chooses the lines'),
  mask: z
    .string()
    .optional()
    .describe('picture of the image’s size, white where k-space is measured, its origin in the middle'),
  coils: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('number of simulated coils around the image; one that is the same everywhere when absent'),
  maps: z.string().optional().describe('.npy file of complex sensitivities, coils×height×width'),
});

type MriOptions = z.infer<typeof options>;

export const mri: OperatorFamily<typeof options> = {
  name: 'mri',
  summary: 'magnetic resonance: lines of k-space, random or evenly spaced, by one coil or several',
  options,
  files: { mask: 'mask', maps: 'array' },

  imageShape(shape, { coils: simulated = 1 }, files) {
    const coils = files.maps?.shape[0] ?? simulated;
    const [first, height, width, parts] = shape;
    if (shape.length !== 4 || parts !== 2 || first % coils !== 0) {
      throw new UsageError(
        `mri with ${coils} ${coils === 1 ? 'coil' : 'coils'} measures complex arrays of shape (channels·coils)×height×width, ` +
          `but the measurement is ${formatComplex(shape)}`,
      );
    }
    return [first / coils, height, width];
  },

  create(shape, { mask: picture, maps, coils, ...lines }, files) {
    const image = imageShape(shape, 'mri');
    const [, height, width] = image;
    const mask = picture === undefined ? lineMask(height, width, lines) : fileMask(height, width, files.mask);
    if (maps !== undefined) return multiCoil(image, mask, fileMaps(height, width, coils, files.maps));
    if (coils === undefined) return singleCoil(image, mask);
    return multiCoil(image, mask, birdcageMaps(coils, height, width));
  },
};

function lineMask(
  height: number,
  width: number,
  { acceleration, pattern, acs, seed }: Omit<MriOptions, 'mask' | 'maps' | 'coils'>,
): Float32Array {
  const taken = Math.max(1, Math.round(width / acceleration));
  if (acs !== undefined && acs > taken) {
    throw new UsageError(
      `mri:acceleration=${acceleration} measures ${taken} of ${width} lines, but acs=${acs} of them are in the centre`,
    );
  }
  const centre = acs ?? Math.min(taken, Math.round((0.32 * width) / acceleration));
  const random = keyedRandom(seed, 'mri', 0)('lines', width);
  const mask = new Float32Array(height * width);
  for (const line of cartesianLines(width, { pattern, taken, centre }, random)) {
    for (let y = 0; y < height; y++) mask[y * width + line] = 1;
  }
  return mask;
}

function fileMask(height: number, width: number, mask: FloatArray | undefined): Float32Array {
  if (mask === undefined) throw new UsageError('mri:mask names a file that has not been read');
  if (!sameShape(mask.shape, [height, width])) {
    throw new UsageError(`mri:mask is ${formatShape(mask.shape)}, but the image is ${height}×${width}`);
  }
  return mask.data;
}

function fileMaps(
  height: number,
  width: number,
  coils: number | undefined,
  maps: FloatArray | undefined,
): FloatArray {
  if (maps === undefined) throw new UsageError('mri:maps names a file that has not been read');
  const expected = [coils ?? maps.shape[0], height, width, 2];
  if (!sameShape(maps.shape, expected)) {
    throw new UsageError(
      `mri:maps is ${formatComplex(maps.shape)}, expected complex numbers of shape ${formatShape(expected.slice(0, 3))}`,
    );
  }
  return maps;
}

function formatComplex(shape: Shape): string {
  return shape.at(-1) === 2 ? `${formatShape(shape.slice(0, -1))} (complex)` : `${formatShape(shape)} (real)`;
}
