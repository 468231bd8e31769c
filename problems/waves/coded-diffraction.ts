/**
 * Coded diffraction patterns (Candès, Li & Soltanolkotabi, "Phase retrieval from coded diffraction patterns", 2015):
 * the amplitude (or intensity) of the centred orthonormal Fourier transform of the image behind each of several
 * random masks.
 */
import { z } from 'zod';
import { type FloatArray, formatShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { keyedRandom, type Random } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import { multiCoil } from '../parts/fourier-through-maps.js';
import { magnitude, quantityOption } from '../parts/magnitude.js';
import { imageShape } from '../parts/planes.js';

const options = z.strictObject({
  masks: z.int().min(1).max(64).default(4).describe('number of masks, one exposure each'),
  modulation: z
    .enum(['phase', 'octanary'])
    .default('phase')
    .describe(
      'phase: each mask pixel turns the phase by a random angle; octanary: by a random multiple of 90°, ' +
        'and its amplitude is √½ with probability 4/5, √3 else',
    ),
  seed: z.int().default(0).describe('chooses the masks'),
  quantity: quantityOption,
});

export const codedDiffraction: OperatorFamily<typeof options> = {
  name: 'coded-diffraction',
  summary: 'the phase is missing: diffraction patterns of the image behind random masks',
  options,
  imageShape(shape, { masks }) {
    const [patterns, height, width] = imageShape(shape, 'coded-diffraction');
    if (patterns % masks !== 0) {
      throw new UsageError(
        `coded-diffraction with ${masks} masks measures arrays of shape (channels·${masks})×height×width, ` +
          `but the measurement is ${formatShape(shape)}`,
      );
    }
    return [patterns / masks, height, width];
  },
  create(shape, { masks, modulation, seed, quantity }) {
    const image = imageShape(shape, 'coded-diffraction');
    const [, height, width] = image;
    const random = keyedRandom(seed, 'coded-diffraction', 0)(modulation, masks, height, width);
    const draw = modulation === 'phase' ? randomPhase : octanary;
    const values = zeros([masks, height, width, 2]);
    fill(values, () => draw(random));
    // The masks act as coils do whose k-space is measured everywhere.
    return magnitude(multiCoil(image, new Float32Array(height * width).fill(1), values), quantity);
  },
};

function fill({ data }: FloatArray, draw: () => readonly [number, number]): void {
  for (let i = 0; i < data.length; i += 2) [data[i], data[i + 1]] = draw();
}

function randomPhase(random: Random): [number, number] {
  const angle = 2 * Math.PI * random.uniform();
  return [Math.cos(angle), Math.sin(angle)];
}

function octanary(random: Random): [number, number] {
  const amplitude = random.integer(5) < 4 ? Math.SQRT1_2 : Math.sqrt(3);
  const quarter = random.integer(4);
  return [
    [amplitude, 0],
    [0, amplitude],
    [-amplitude, 0],
    [0, -amplitude],
  ][quarter] as [number, number];
}
