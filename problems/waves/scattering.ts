/**
 * Linear inverse scattering: plane waves go through a weakly scattering object, and the scattered waves are recorded
 * in directions all around it. In the first Born approximation every pair of directions measures the object's Fourier
 * transform at their difference over the wavelength (Wolf, "Three-dimensional structure determination of
 * semi-transparent objects from holographic data", 1969), the amplitude being in units of that which a white image
 * scatters forward.
 */
import { z } from 'zod';
import { formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import { onePlane, planeOfSize, sizeOption } from '../parts/size-option.js';
import { fourierSums } from './fourier-sums.js';

const options = z.strictObject({
  wavelength: z.number().gt(0).default(0.25).describe('in longer sides of the image'),
  transmitters: z.int().min(1).default(20).describe('incident waves, from directions all around'),
  receivers: z.int().min(1).default(40).describe('directions all around in which waves are recorded'),
  size: sizeOption.optional().describe('height and width of the image of a measurement'),
});

export const scattering: OperatorFamily<typeof options> = {
  name: 'scattering',
  summary: 'waves scattered once (Born), sent and recorded all around at a distance',
  options,
  imageShape(measured, { transmitters, receivers, size }) {
    const expected = [transmitters, receivers, 2];
    if (measured.join() !== expected.join()) {
      throw new UsageError(
        `scattering measures ${transmitters}×${receivers} complex numbers, but the measurement is ${formatShape(measured)}`,
      );
    }
    return planeOfSize(size, 'scattering');
  },
  create(shape, { wavelength, transmitters, receivers, size }) {
    const [, height, width] = onePlane(shape, size, 'scattering');
    const difference = (wave: (angle: number) => number) =>
      Float64Array.from({ length: transmitters * receivers }, (_, k) => {
        const sent = (2 * Math.PI * Math.floor(k / receivers)) / transmitters;
        const recorded = (2 * Math.PI * (k % receivers)) / receivers;
        return (wave(recorded) - wave(sent)) / wavelength;
      });
    const frequencies = { u: difference(Math.cos), v: difference(Math.sin) };
    return fourierSums(height, width, frequencies, [transmitters, receivers, 2]);
  },
};
