/** Radio interferometry: visibilities, the sky's Fourier transform at scattered frequencies. */
import { z } from 'zod';
import { type FloatArray, formatShape, type Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { onePlane, planeOfSize, sizeOption } from '../parts/size-option.js';
import { type Frequencies, fourierSums } from './fourier-sums.js';
import { arrayOptions, simulatedArray } from './telescopes.js';

const options = z.strictObject({
  points: z
    .string()
    .optional()
    .describe('.npy file of the frequencies, points×2: along rows, down columns, in cycles per longer side'),
  ...arrayOptions,
  size: sizeOption.optional().describe('height and width of the image of a measurement'),
});

export const interferometry: OperatorFamily<typeof options> = {
  name: 'interferometry',
  summary: 'visibilities at the frequencies of a file or of a simulated array of telescopes',
  options,
  files: { points: 'array' },
  imageShape(measured, { size, ...baselines }, files) {
    const count = frequenciesOf(baselines, files.points).u.length;
    if (measured.length !== 2 || measured[0] !== count || measured[1] !== 2) {
      throw new UsageError(
        `interferometry measures ${count} complex numbers, but the measurement is ${formatComplex(measured)}`,
      );
    }
    return planeOfSize(size, 'interferometry');
  },
  create(shape, { size, ...baselines }, files) {
    const [, height, width] = onePlane(shape, size, 'interferometry');
    const frequencies = frequenciesOf(baselines, files.points);
    return fourierSums(height, width, frequencies, [frequencies.u.length, 2]);
  },
};

function frequenciesOf(
  { points, ...array }: Omit<z.infer<typeof options>, 'size'>,
  file: FloatArray | undefined,
): Frequencies {
  if (points === undefined) return simulatedArray(array);
  if (file === undefined) throw new UsageError('interferometry:points names a file that has not been read');
  if (file.shape.length !== 2 || file.shape[1] !== 2 || !file.data.every(Number.isFinite)) {
    throw new UsageError(
      `interferometry:points is ${formatShape(file.shape)}, expected finite values of shape points×2`,
    );
  }
  const column = (axis: number) =>
    Float64Array.from({ length: file.shape[0] }, (_, k) => file.data[2 * k + axis]);
  return { u: column(0), v: column(1) };
}

function formatComplex(shape: Shape): string {
  return shape.at(-1) === 2 ? `${formatShape(shape.slice(0, -1))} (complex)` : formatShape(shape);
}
