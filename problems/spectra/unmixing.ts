/** Hyperspectral unmixing: every pixel's spectrum is a mixture of few known ones (linear mixing model). */
import { z } from 'zod';
import { type FloatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { imageShape } from '../parts/planes.js';
import { channelMixing } from './channel-mixing.js';

const options = z.strictObject({
  endmembers: z
    .string()
    .describe('.npy file of the spectra of the pure materials, bands×materials, in units of the measurement'),
});

/** The image's channels are abundances, the share in [0, 1] that each material has of a pixel. */
export const unmixing: OperatorFamily<typeof options> = {
  name: 'unmixing',
  summary: 'spectra of mixed materials: the image is how much of each material a pixel holds',
  options,
  files: { endmembers: 'array' },
  imageShape(shape, _given, files) {
    const [bands, height, width] = imageShape(shape, 'unmixing');
    const spectra = checkedSpectra(files.endmembers);
    if (spectra.shape[0] !== bands) {
      throw new UsageError(
        `unmixing:endmembers has ${spectra.shape[0]} bands, but the measurement is ${formatShape(shape)} (bands×height×width)`,
      );
    }
    return [spectra.shape[1], height, width];
  },
  create(shape, _given, files) {
    const [channels, height, width] = imageShape(shape, 'unmixing');
    const spectra = checkedSpectra(files.endmembers);
    if (spectra.shape[1] !== channels) {
      throw new UsageError(
        `unmixing:endmembers has ${spectra.shape[1]} materials, but the image is ${formatShape(shape)} (materials×height×width)`,
      );
    }
    return channelMixing(spectra, height, width);
  },
};

function checkedSpectra(spectra: FloatArray | undefined): FloatArray {
  if (spectra === undefined) throw new UsageError('unmixing:endmembers names a file that has not been read');
  if (spectra.shape.length !== 2 || !spectra.data.every(Number.isFinite)) {
    throw new UsageError(
      `unmixing:endmembers is ${formatShape(spectra.shape)}, expected finite values of shape bands×materials`,
    );
  }
  return spectra;
}
