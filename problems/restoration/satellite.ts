/** What a satellite's telescope and sensor make of the ground: their modulation transfer, then the sensor's pixels. */
import { z } from 'zod';
import type { OperatorFamily } from '../family.js';
import type { LinearOperator } from '../operator.js';
import { cosineFilter } from '../parts/mirrored.js';
import { type ImageShape, imageShape } from '../parts/planes.js';
import { type ResizingKernel, resizing } from './resizing.js';

const options = z.strictObject({
  mtf: z
    .number()
    .gt(0)
    .max(0.9)
    .default(0.15)
    .describe('contrast that is left at the sensor’s Nyquist frequency, half a cycle per measured pixel'),
  factor: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe('pixels of the image in each direction to one of the sensor'),
});

/**
 * Optics, detector and motion together have a Gaussian transfer exp(−(s·ω)²/2), ω in radians per sensor pixel, which is
 * `mtf` at ω = π: s = √(−2·ln mtf)/π sensor pixels. Borders reflect. Its noise, photons and read-out, is the noise
 * poisson-gaussian.
 */
export const satellite: OperatorFamily<typeof options> = {
  name: 'satellite',
  summary: 'a satellite’s modulation transfer and sampling; its noise is poisson-gaussian',
  options,
  imageShape(shape, { factor }) {
    const [channels, height, width] = imageShape(shape, 'satellite');
    return [channels, factor * height, factor * width];
  },
  create(shape, { mtf, factor }) {
    const image = imageShape(shape, 'satellite');
    const spread = Math.sqrt(-2 * Math.log(mtf)) / Math.PI;
    return factor === 1 ? gaussianTransfer(image, spread) : resizing(image, factor, gaussian(spread));
  },
};

/** Given by its transfer: samples of so narrow a Gaussian would alias, and transfer 2·mtf at the Nyquist frequency. */
function gaussianTransfer(shape: ImageShape, spread: number): LinearOperator {
  const [, height, width] = shape;
  const gain = (k: number, size: number) => Math.exp(-0.5 * ((Math.PI * k * spread) / size) ** 2);
  const transfer = Float64Array.from(
    { length: height * width },
    (_, i) => gain(Math.floor(i / width), height) * gain(i % width, width),
  );
  return cosineFilter(shape, transfer);
}

/** Of distances in sensor pixels; beyond 5 standard deviations lies less than 1e-6. */
function gaussian(spread: number): ResizingKernel {
  return { radius: 5 * spread, at: (t) => Math.exp(-0.5 * (t / spread) ** 2) };
}
