/** Blur by a camera that shakes during the exposure. */
import { z } from 'zod';
import { keyedRandom, type Random } from '../../src/core/random.js';
import type { OperatorFamily } from '../family.js';
import { imageShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';
import { borders, convolution, unblurredShape } from './borders.js';
import { cameraShake } from './camera-shake.js';

const options = z.strictObject({
  size: z
    .int()
    .min(3)
    .max(1001)
    .refine((size) => size % 2 === 1, 'expected an odd number')
    .default(25)
    .describe('extent of the kernel in pixels, odd'),
  intensity: z.number().min(0).max(1).default(0.5).describe('0 moves on a straight line, 1 jerks about'),
  seed: z.int().default(0).describe('chooses the motion'),
  border: borders,
});

export const motionBlur: OperatorFamily<typeof options> = {
  name: 'motion-blur',
  summary: 'blur by a random camera shake',
  options,
  imageShape(shape, { size, border }) {
    return unblurredShape(imageShape(shape, 'motion-blur'), border, { height: size, width: size });
  },
  create(shape, { size, intensity, seed, border }, _files, measured) {
    const image = imageShape(shape, 'motion-blur');
    const kernel = motionKernel(size, intensity, keyedRandom(seed, 'motion-blur', 0)('kernel', size));
    return convolution(image, kernel, border, measured);
  },
};

/**
 * The light of one point during an exposure: the path of a shaking camera, centred, scaled to fit, drawn with
 * bilinear weights; the sum is 1.
 */
function motionKernel(size: number, intensity: number, random: Random): Kernel {
  const path = cameraShake(intensity, random);
  const half = (size - 1) / 2;
  let meanX = 0;
  let meanY = 0;
  for (const [x, y] of path) {
    meanX += x / path.length;
    meanY += y / path.length;
  }
  const extent = path.reduce((far, [x, y]) => Math.max(far, Math.abs(x - meanX), Math.abs(y - meanY)), 0);
  const data = new Float64Array(size * size);
  for (const [x, y] of path) {
    // Half a pixel inside, so that the bilinear weights of the farthest point fit as well.
    const column = half + ((x - meanX) / extent) * (half - 0.5);
    const row = half + ((y - meanY) / extent) * (half - 0.5);
    const left = Math.floor(column);
    const top = Math.floor(row);
    const [right, down] = [column - left, row - top];
    const at = top * size + left;
    data[at] += ((1 - right) * (1 - down)) / path.length;
    data[at + 1] += (right * (1 - down)) / path.length;
    data[at + size] += ((1 - right) * down) / path.length;
    data[at + size + 1] += (right * down) / path.length;
  }
  return { height: size, width: size, data };
}
