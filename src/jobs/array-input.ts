/** Arrays from files as measurements: shapes and types as people save them, made right or refused before the work. */
import type { Problem, ProblemSpec } from '../../problems/problem.js';
import { type FloatArray, floatArray, formatShape, mapArray, type Shape, zeros } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { sharedChannel } from '../io/grey-as-colour.js';
import type { Input } from '../io/inputs.js';
import { inItsLevels } from './levels.js';

/**
 * The input with the shape and the units that the problem has. A batch of one and a plane H×W are read as images;
 * unsigned integers of 8 and 16 bits are divided by their largest number where a picture is measured.
 * @param input a picture is as it should be, but for grey saved as colour, which is measured once and not three times.
 * @param bound binds the problem to a measurement of this shape.
 * @param asPicture whether the estimate is to be written as a picture, which has 1 or 3 channels.
 * @throws UsageError in one sentence with what was found and what was expected.
 */
export async function asMeasurement(
  input: Input,
  path: string,
  spec: ProblemSpec,
  bound: (shape: Shape, spec: ProblemSpec) => Promise<Problem>,
  asPicture: boolean,
): Promise<Input> {
  const stated = { ...spec, noise: spec.noise ?? { name: 'gaussian', options: { sigma: 1 } } };
  if (input.picture) {
    const grey = input.picture.greyAsColour && sharedChannel(input.array);
    // A problem that measures colours keeps all three.
    const taken = grey && (await bound(grey.shape, stated).catch(() => undefined));
    const once = taken ? { ...input, array: grey } : input;
    return input.levels ? inItsLevels(once, await bound(once.array.shape, stated)) : once;
  }
  const { data, shape } = input.array;
  if (data.length === 0) {
    throw new UsageError(`${path} holds an array of shape ${formatShape(shape)}, which has no values`);
  }
  let refusal: Error | undefined;
  for (const candidate of readings(shape)) {
    const problem = await bound(candidate, stated).catch((error: Error) => {
      refusal ??= error;
    });
    if (
      !problem ||
      !(isImage(problem.imageShape) || (!asPicture && candidate === shape && !isSwapped(shape)))
    )
      continue;
    const read = { ...input, array: floatArray(data, candidate) };
    return input.levels || input.about ? inItsLevels(read, problem) : inPictureUnits(read, problem, path);
  }
  if (refusal && !isSwapped(shape) && shape.length === 3) throw refusal;
  throw new UsageError(shapeSentence(path, shape));
}

/**
 * An image from a file, for a measurement to be made of it or an estimate to be held against it.
 * @throws UsageError where the shape cannot be that of an image.
 */
export function asImage({ array, top, picture, levels }: Input, path: string): FloatArray {
  if (picture) return array;
  if (array.data.length === 0 || isSwapped(array.shape))
    throw new UsageError(shapeSentence(path, array.shape));
  if (!top && !levels && isFar(array)) throw new UsageError(rangeSentence(path, array));
  const shape = readings(array.shape).find(isImage) ?? array.shape;
  const scale = top && largest(array) > 1 ? 1 / top : 1;
  return floatArray(scale === 1 ? array.data : mapArray(array, (value) => value * scale).data, shape);
}

/** The shape as it is, and as what else it may be meant. */
function readings(shape: Shape): Shape[] {
  if (shape.length === 4 && shape[0] === 1) return [shape, shape.slice(1)];
  return shape.length === 2 ? [shape, [1, ...shape]] : [shape];
}

function isImage(shape: Shape): boolean {
  return shape.length === 3 && (shape[0] === 1 || shape[0] === 3);
}

/** Height × width × channels, as most programs hold pictures in memory. */
function isSwapped(shape: Shape): boolean {
  return shape.length === 3 && shape[0] > 4 && shape[2] <= 4;
}

function shapeSentence(path: string, shape: Shape): string {
  const swapped = isSwapped(shape) ? ' (it seems to be height×width×channels)' : '';
  const expected = 'channels×height×width with 1 or 3 channels';
  return `${path} holds an array of shape ${formatShape(shape)}${swapped}, expected ${expected}`;
}

/** Measurements of other things than pictures (spectra, sums along rays, counts of photons) keep their numbers. */
async function inPictureUnits(input: Input, problem: Problem, path: string): Promise<Input> {
  const { array, top } = input;
  const scaled = top !== undefined && largest(array) > 1 && !problem.noise.name.includes('poisson');
  const odd = isFar(array) || isSigned(array, problem);
  if (!(scaled || odd) || !(await measuresPicture(problem))) return input;
  if (scaled) return { ...input, array: mapArray(array, (value) => value / top), scale: 1 / top };
  throw new UsageError(rangeSentence(path, array));
}

/** No picture's values, whatever noise they have. */
function isFar({ data }: FloatArray): boolean {
  const average = data.reduce((sum, value) => sum + value, 0) / data.length;
  return average > 3 || average < -2;
}

function rangeSentence(path: string, array: FloatArray): string {
  const [least, most] = [smallest(array), largest(array)].map((value) => Number(value.toPrecision(3)));
  const range = most < 3 ? '-1:1' : '0:255';
  const found = `${path} holds values from ${least} to ${most}, expected about 0 to 1 as of a picture`;
  return `${found}: say what is black and white, such as --range ${range}, or scale them`;
}

/** Whether more lies below black than noise and filters put there: networks are often fed from −1 to 1. */
function isSigned({ data }: FloatArray, { noise, spec }: Problem): boolean {
  if (noise.name !== 'gaussian') return false;
  const least = -0.25 - 4 * Number(spec.noise?.options['sigma'] ?? 1);
  return data.filter((value) => value < least).length > 0.02 * data.length;
}

/** Whether white is measured as one tone, as in a picture; rays through a white square are of every length. */
async function measuresPicture({ operator, imageShape, measurementShape }: Problem): Promise<boolean> {
  const { field, observed } = operator;
  if (field === 'complex' || measurementShape.length !== 3) return false;
  const white = zeros(imageShape);
  white.data.fill(1);
  const measured = (await operator.apply(white)) as FloatArray;
  const seen = observed ? measured.data.filter((_, i) => observed[i] !== 0) : measured.data;
  const brightest = largest(measured);
  const bright = seen.filter((value) => value > 0.99 * brightest).length;
  return brightest > 0 && brightest < 1.5 && bright > seen.length / 2;
}

const largest = ({ data }: FloatArray) => data.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = ({ data }: FloatArray) => data.reduce((least, value) => Math.min(least, value), Infinity);
