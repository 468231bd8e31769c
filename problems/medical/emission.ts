/**
 * Emission tomography (PET): how many pairs of photons are expected along each line, after the body has absorbed some
 * and with those that strayed added. Its noise is Poisson's.
 */
import { z } from 'zod';
import { type FloatArray, formatShape, mapArray, sameShape, zeros } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { affine } from '../algebra/affine.js';
import { compose } from '../algebra/compose.js';
import type { OperatorFamily } from '../family.js';
import type { LinearOperator } from '../operator.js';
import { diagonal } from '../parts/diagonal.js';
import { imageShape, repeatPlane, reshaped } from '../parts/planes.js';
import { scannedShape, scanOptions, tomograph } from './ct.js';

const options = z.strictObject({
  ...scanOptions,
  attenuation: z
    .string()
    .optional()
    .describe('plane of the image’s size: absorption per longer side of the image; none when absent'),
  background: z
    .number()
    .min(0)
    .default(0)
    .describe('what scattered and accidental pairs add everywhere, in units of the measurement'),
});

/** y = exp(−Rμ)·Rx + background with R of `ct`: a pair's two photons cross the whole line, wherever it began. */
export const emission: OperatorFamily<typeof options> = {
  name: 'emission',
  summary:
    'emission tomography: attenuated line integrals and a background, to be counted with Poisson noise',
  options,
  files: { attenuation: 'plane' },
  imageShape: (shape, scan) => scannedShape(shape, scan, 'emission'),
  create(shape, { attenuation, background, ...geometry }, files) {
    const image = imageShape(shape, 'emission');
    const [channels, height, width] = image;
    let projection = tomograph(image, geometry);
    if (attenuation !== undefined) {
      const survivors = survival(tomograph([1, height, width], geometry), files.attenuation);
      const weights = repeatPlane(channels, survivors.data);
      projection = compose([projection, diagonal(projection.outputShape, weights)]) as LinearOperator;
    }
    if (background === 0) return projection;
    const constant = mapArray(zeros(projection.outputShape), () => background);
    return affine(projection, constant);
  },
};

/** The share of pairs that leave the body along each line. */
function survival(projection: LinearOperator, attenuation: FloatArray | undefined): FloatArray {
  if (attenuation === undefined)
    throw new UsageError('emission:attenuation names a file that has not been read');
  const [, height, width] = projection.inputShape;
  if (!sameShape(attenuation.shape, [height, width])) {
    throw new UsageError(
      `emission:attenuation is ${formatShape(attenuation.shape)}, but the image is ${height}×${width}`,
    );
  }
  const absorbed = projection.apply(reshaped(attenuation, projection.inputShape)) as FloatArray;
  return mapArray(absorbed, (value) => Math.exp(-value));
}
