/** Haze: the air dims what lies behind it and adds its own light. */
import { z } from 'zod';
import { type FloatArray, floatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { affine } from '../algebra/affine.js';
import type { OperatorFamily } from '../family.js';
import { diagonal } from '../parts/diagonal.js';
import { imageShape, repeatPlane } from '../parts/planes.js';

const options = z.strictObject({
  transmission: z
    .string()
    .optional()
    .describe('picture or .npy of the share of light that comes through, of the image’s size, 0 to 1'),
  depth: z
    .string()
    .optional()
    .describe('picture or .npy of the distance, of the image’s size; the share is exp(−beta·depth)'),
  beta: z.number().gt(0).optional().describe('extinction per unit of depth; 1 when absent'),
  airlight: z
    .union([z.number().min(0), z.array(z.number().min(0)).length(3)])
    .default(1)
    .describe('light of the haze itself, in the image’s units: one number, or red:green:blue'),
});

/** y = t·x + (1 − t)·airlight (Koschmieder 1924), affine in x. */
export const haze: OperatorFamily<typeof options> = {
  name: 'haze',
  summary: 'haze between scene and camera, by a map of transmission or of depth',
  options,
  files: { transmission: 'plane', depth: 'plane' },
  imageShape: (shape) => imageShape(shape, 'haze'),

  create(shape, { transmission, depth, beta, airlight }, files) {
    const image = imageShape(shape, 'haze');
    const [channels, height, width] = image;
    if ((transmission === undefined) === (depth === undefined)) {
      const found = depth === undefined ? 'neither' : 'both';
      throw new UsageError(`haze needs one of transmission and depth, but ${found} of them is given`);
    }
    if (beta !== undefined && depth === undefined) {
      throw new UsageError('haze:beta belongs to depth, but a transmission is given');
    }
    if (typeof airlight !== 'number' && channels !== 3) {
      throw new UsageError(`haze:airlight has 3 colours, but the image is ${formatShape(shape)}`);
    }
    const name = depth === undefined ? 'transmission' : 'depth';
    const values = planeOf(files[name], name, height, width);
    const plane = depth === undefined ? values : values.map((value) => Math.exp(-(beta ?? 1) * value));
    if (plane.some((share) => !(share >= 0 && share <= 1))) {
      throw new UsageError(`haze:${name} holds values for which no share of light from 0 to 1 comes through`);
    }
    const shares = repeatPlane(channels, plane);
    const light = (i: number) =>
      typeof airlight === 'number' ? airlight : airlight[Math.floor(i / plane.length)];
    const offset = shares.map((share, i) => (1 - share) * light(i));
    return affine(diagonal(image, shares), floatArray(offset, image));
  },
};

function planeOf(file: FloatArray | undefined, option: string, height: number, width: number): Float32Array {
  if (file === undefined) throw new UsageError(`haze:${option} names a file that has not been read`);
  if (file.shape.length !== 2 || file.shape[0] !== height || file.shape[1] !== width) {
    throw new UsageError(`haze:${option} is ${formatShape(file.shape)}, but the image is ${height}×${width}`);
  }
  return file.data;
}
