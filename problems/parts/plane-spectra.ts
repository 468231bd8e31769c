/** What acts on the spectrum of every channel of an image. */
import type { FloatArray } from '../../src/core/array.js';
import type { RealFft2d, Spectrum } from '../../src/core/fft2d.js';
import { type ImageShape, mapPlanes } from './planes.js';
import { writeHartley } from './transfer.js';

interface PlaneSpectra {
  /** The image whose channels have the spectra that `act` makes of those of x. */
  filter(x: FloatArray, act: (spectrum: Spectrum) => void): FloatArray;
  /** Hartley's transform of every channel: real, orthonormal and its own inverse. */
  hartley(x: FloatArray): FloatArray;
}

/** @param fft of the channels' height and width. */
export function planeSpectra(shape: ImageShape, fft: RealFft2d): PlaneSpectra {
  return {
    filter: (x, act) =>
      mapPlanes(x, shape, shape, (input, offset, output, outputOffset) =>
        fft.filter(input, offset, act, output, outputOffset),
      ),
    hartley: (x) => {
      const spectrum = fft.spectrum();
      return mapPlanes(x, shape, shape, (input, offset, output, outputOffset) => {
        fft.forward(input, offset, spectrum);
        writeHartley(fft, spectrum, output, outputOffset);
      });
    },
  };
}
