/** JPEG: the picture that is decoded from a file of the image. */
import { z } from 'zod';
import { formatShape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import { chromaSamplings, type JpegCoding } from '../../src/core/jpeg-coding.js';
import { compose } from '../algebra/compose.js';
import type { OperatorFamily } from '../family.js';
import { type ForwardOperator, straightThrough, withLinearization } from '../operator.js';
import { type ImageShape, imageShape } from '../parts/planes.js';
import { turnedBack } from '../parts/turned.js';
import { coarseChroma } from './chroma.js';
import { clipping } from './clip.js';
import { quantisationTables } from './jpeg-blocks.js';
import { jpegRounding } from './jpeg-coefficients.js';
import { decodedFile } from './jpeg-decoded.js';

const options = z.strictObject({
  quality: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'quality from 1 to 100, as most software counts it; absent: as the JPEG file says that is restored',
    ),
  tables: z
    .array(z.int().min(1).max(65535))
    .refine(
      ({ length }) => length === 64 || length === 128 || length === 192,
      'expected 64, 128 or 192 numbers',
    )
    .optional()
    .describe(
      'instead of quality: the file’s quantisation tables, 64 numbers each, row by row: luma, colour differences',
    ),
  chroma: z
    .enum(chromaSamplings)
    .optional()
    .describe(
      'resolution of the colour differences: half (4:2:0), half-width (4:2:2), half-height (4:4:0) or full (4:4:4); absent: as the file says, half where quality is given',
    ),
  orientation: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe(
      'how the file’s picture was turned to stand upright, as EXIF counts it; absent: as the file says, else 1',
    ),
});

type JpegOptions = z.output<typeof options>;

/**
 * The whole way to the file and back, with its roundings to 8 bits and of the coefficients (ITU-T T.81, JFIF). Its
 * gradient is straight-through: that of the same way without any rounding, which clips, and blurs colour where that is
 * held at a lower resolution. What the roundings leave of the coefficients is its `rounding`.
 */
export const jpeg: OperatorFamily<typeof options> = {
  name: 'jpeg',
  summary: 'JPEG compression: the picture decoded from the file, which tells its own quality',
  options,
  estimate,
  imageShape: (shape) => imageShape(shape, 'jpeg'),
  create(shape, { quality, tables, chroma = 'half', orientation = 1 }) {
    const image = imageShape(shape, 'jpeg');
    if (image[0] !== 1 && image[0] !== 3) {
      throw new UsageError(`jpeg works on images of 1 or 3 channels, but the image is ${formatShape(shape)}`);
    }
    requireOne(quality, tables);
    const coding = { tables: tables ?? tablesOf(quality!), chroma, orientation };
    if (image[0] === 3 && coding.tables.length < 128) {
      throw new UsageError('jpeg:tables has one table, which is of a grey file, but the image has colours');
    }
    return upright(image, coding);
  },
};

/** @throws UsageError where neither the options nor a file tell. */
function estimate(_: unknown, given: JpegOptions, coding?: JpegCoding | string): JpegOptions {
  const { quality, tables, chroma, orientation } = given;
  if (quality !== undefined || tables !== undefined) {
    requireOne(quality, tables);
    return { ...given, chroma: chroma ?? 'half', orientation: orientation ?? 1 };
  }
  if (typeof coding === 'object') {
    return {
      tables: [...coding.tables],
      chroma: chroma ?? coding.chroma,
      orientation: orientation ?? coding.orientation,
    };
  }
  const found = coding === undefined ? 'it is no JPEG file, which would tell' : `the file ${coding}`;
  throw new UsageError(`jpeg needs the quality, such as jpeg:quality=75: ${found}`);
}

function requireOne(quality: number | undefined, tables: readonly number[] | undefined): void {
  if ((quality === undefined) !== (tables === undefined)) return;
  const found = quality === undefined ? 'neither' : 'both';
  throw new UsageError(
    `jpeg needs one of quality and tables, such as jpeg:quality=75, but ${found} of them is given`,
  );
}

function tablesOf(quality: number): number[] {
  const { luma, chroma } = quantisationTables(quality);
  return [...luma, ...chroma];
}

function upright(image: ImageShape, coding: JpegCoding): ForwardOperator {
  const back = turnedBack(image, coding.orientation);
  const stored = imageShape(back.outputShape, 'jpeg');
  const rounding = jpegRounding(stored, coding);
  const file = { ...straightThrough(decodedFile(stored, coding), unrounded(stored, coding)), rounding };
  if (coding.orientation === 1) return file;
  const turned = compose([back, file]);
  const forth = { ...back, inputShape: stored, outputShape: image, apply: back.adjoint, adjoint: back.apply };
  return {
    ...compose([turned, withLinearization(forth)]),
    rounding: { ...turned.rounding!, read: async (y) => rounding.read(await back.apply(y)) },
  };
}

function unrounded(image: ImageShape, { chroma }: JpegCoding): ForwardOperator {
  const clipped = clipping(image, 1);
  if (chroma === 'full' || image[0] !== 3) return clipped;
  return compose([clipped, coarseChroma(chroma, image[1], image[2]), clipped]);
}
