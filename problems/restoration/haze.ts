/** Haze: the air dims what lies behind it and adds its own light. */
import { z } from 'zod';
import { type FloatArray, floatArray, formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { affine } from '../algebra/affine.js';
import type { OperatorFamily } from '../family.js';
import { diagonal } from '../parts/diagonal.js';
import { imageShape, repeatPlane } from '../parts/planes.js';
import { airlightOf, veilOf } from './dark-channel.js';

const options = z.strictObject({
  transmission: z
    .string()
    .optional()
    .describe(
      'picture or .npy of the share of light that comes through, of the image’s size, 0 to 1; without it and without depth: estimated from the picture',
    ),
  depth: z
    .string()
    .optional()
    .describe('picture or .npy of the distance, of the image’s size; the share is exp(−beta·depth)'),
  beta: z.number().gt(0).optional().describe('extinction per unit of depth; 1 when absent'),
  airlight: z
    .union([z.number().min(0), z.array(z.number().min(0)).length(3)])
    .optional()
    .describe(
      'light of the haze itself, in the image’s units: one number, or red:green:blue; absent: estimated from the picture where the map is, else 1',
    ),
});

/** Below the first the picture is left as it is; below the second it may well be clear, with a bright sky or walls. */
const [CLEAR, HARDLY] = [0.1, 0.25];

type HazeOptions = z.output<typeof options>;

const isTold = ({ transmission, depth }: HazeOptions) => transmission !== undefined || depth !== undefined;

/** y = t·x + (1 − t)·airlight (Koschmieder 1924), affine in x. */
export const haze: OperatorFamily<typeof options> = {
  name: 'haze',
  summary: 'haze between scene and camera; its map, of transmission or of depth, is estimated if not given',
  options,
  files: { transmission: 'plane', depth: 'plane' },
  imageShape: (shape) => imageShape(shape, 'haze'),

  estimate(measurement, given) {
    if (isTold(given) || measurement === undefined || given.airlight !== undefined) return given;
    const light = airlightOf(measurement).map((value) => Number(Math.max(value, 1 / 255).toFixed(4)));
    return { ...given, airlight: light.length === 3 ? light : light[0] };
  },

  find(measurement, given) {
    if (isTold(given)) return undefined;
    const [channels, height, width] = measurement.shape;
    const { transmission, haziness } = veilOf(measurement, lightOf(given.airlight, channels));
    const clear = haziness < CLEAR;
    const plane = floatArray(clear ? transmission.fill(1) : transmission, [height, width]);
    return { files: { transmission: plane }, doubt: haziness < HARDLY ? doubtOf(clear) : undefined };
  },

  create(shape, given, files, measurementShape) {
    const { beta, airlight } = given;
    const image = imageShape(shape, 'haze');
    const [channels, height, width] = image;
    // Of a picture that has not been looked at yet, only sizes are wanted.
    const unseen = () => floatArray(new Float32Array(height * width).fill(1), [height, width]);
    const map = files.transmission ?? (measurementShape && !isTold(given) ? unseen() : undefined);
    requireOne(given, map !== undefined);
    if (typeof airlight === 'object' && channels !== 3) {
      throw new UsageError(`haze:airlight has 3 colours, but the image is ${formatShape(shape)}`);
    }
    const name = given.depth === undefined ? 'transmission' : 'depth';
    const values = planeOf(name === 'depth' ? files.depth : map, name, height, width);
    const plane = name === 'transmission' ? values : values.map((value) => Math.exp(-(beta ?? 1) * value));
    if (plane.some((share) => !(share >= 0 && share <= 1))) {
      throw new UsageError(`haze:${name} holds values for which no share of light from 0 to 1 comes through`);
    }
    const shares = repeatPlane(channels, plane);
    const light = lightOf(airlight, channels);
    const offset = shares.map((share, i) => (1 - share) * light[Math.floor(i / plane.length)]);
    return affine(diagonal(image, shares), floatArray(offset, image));
  },
};

function requireOne({ transmission, depth, beta }: HazeOptions, found: boolean): void {
  const both = transmission !== undefined && depth !== undefined;
  if (both || (transmission === undefined && depth === undefined && !found)) {
    throw new UsageError(
      `haze needs one of transmission and depth, but ${both ? 'both' : 'neither'} of them is given`,
    );
  }
  if (beta === undefined || depth !== undefined) return;
  const why = transmission === undefined ? 'which is not given' : 'but a transmission is given';
  throw new UsageError(`haze:beta belongs to depth, ${why}`);
}

function lightOf(airlight: HazeOptions['airlight'], channels: number): readonly number[] {
  return typeof airlight === 'object' ? airlight : new Array(channels).fill(airlight ?? 1);
}

function doubtOf(clear: boolean) {
  const found = 'the picture looks clear: over a quarter of it something is black near every pixel';
  if (clear) return { code: 'not-hazy', message: `${found}, so no haze was taken away` };
  const weak = 'the picture is hardly hazy, or is clear with a bright sky or walls';
  return { code: 'hardly-hazy', message: `${weak}: look whether its colours became too strong` };
}

function planeOf(file: FloatArray | undefined, option: string, height: number, width: number): Float32Array {
  if (file === undefined) throw new UsageError(`haze:${option} names a file that has not been read`);
  if (file.shape.length !== 2 || file.shape[0] !== height || file.shape[1] !== width) {
    throw new UsageError(`haze:${option} is ${formatShape(file.shape)}, but the image is ${height}×${width}`);
  }
  return file.data;
}
