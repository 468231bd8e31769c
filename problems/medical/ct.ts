/** Computed tomography: line integrals of the image along parallel rays or a fan of them (Radon's transform). */
import { z } from 'zod';
import { formatShape, type Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import type { LinearOperator } from '../operator.js';
import { type ImageShape, imageShape } from '../parts/planes.js';
import { parseSize, sizeOption } from '../parts/size-option.js';
import { detectorsFor, projectionRays } from './projections.js';
import { rayTransform } from './ray-transform.js';

/** Options of every tomograph. */
export const scan = {
  angles: z.int().min(1).max(3600).default(180).describe('number of directions, evenly spaced over the arc'),
  detectors: z
    .int()
    .min(1)
    .max(8192)
    .optional()
    .describe('detector pixels, of one image pixel; as many as see the whole image when absent'),
  size: sizeOption
    .optional()
    .describe(
      'height and width of the image of a measurement; a square that the detector just sees when absent',
    ),
};

const options = z.strictObject({
  ...scan,
  geometry: z
    .enum(['parallel', 'fan'])
    .default('parallel')
    .describe('parallel rays, or rays from one source'),
  arc: z
    .number()
    .gt(0)
    .max(360)
    .optional()
    .describe('degrees that the directions are spread over; 180, with a fan 360, when absent'),
  source: z
    .number()
    .min(0.75)
    .max(1000)
    .default(2)
    .describe('distance of a fan’s source from the axis, in longer sides of the image'),
});

type CtOptions = z.infer<typeof options>;
type Scan = Pick<CtOptions, 'angles' | 'detectors' | 'size'> &
  Partial<Pick<CtOptions, 'geometry' | 'arc' | 'source'>>;

/** The measurement holds integrals in units of the image's longer side: 1 along a row of a white square. */
export const ct: OperatorFamily = {
  name: 'ct',
  summary: 'computed tomography: line integrals along parallel rays or a fan',
  options,
  imageShape: (shape, given) => scannedShape(shape, options.parse(given), 'ct'),
  create: (shape, given) => tomograph(imageShape(shape, 'ct'), options.parse(given)),
};

/** [C, H, W] → [C, angles, detectors] */
export function tomograph(image: ImageShape, given: Scan): LinearOperator {
  const [, height, width] = image;
  const fan = given.geometry === 'fan';
  const detectors = detectorCount(height, width, given);
  const rays = projectionRays(height, width, {
    angles: given.angles,
    arc: given.arc ?? (fan ? 360 : 180),
    detectors,
    source: sourceOf(height, width, given),
  });
  return rayTransform(image, rays, [given.angles, detectors]);
}

/** The image of a sinogram [channels, angles, detectors]. @throws UsageError where none has it. */
export function scannedShape(shape: Shape, given: Scan, operator: string): ImageShape {
  const [channels, angles, detectors] = shape;
  if (shape.length !== 3 || angles !== given.angles) {
    throw new UsageError(
      `${operator}:angles=${given.angles} measures arrays of shape channels×${given.angles}×detectors, ` +
        `but the measurement is ${formatShape(shape)}`,
    );
  }
  const [height, width] = given.size ? parseSize(given.size) : squareSeenBy(detectors, given);
  const expected = detectorCount(height, width, given);
  if (expected !== detectors) {
    throw new UsageError(
      `${operator} of an image of ${height}×${width} has ${expected} detectors, but the measurement has ${detectors}; ` +
        'size=HxW says which image it is of, detectors=N how many there are',
    );
  }
  return [channels, height, width];
}

/** The largest square that needs at most so many detectors. */
function squareSeenBy(detectors: number, given: Scan): [number, number] {
  let side = 1;
  const needed = (size: number) => detectorsFor(size, size, sourceOf(size, size, given));
  while (needed(side + 1) <= detectors) side++;
  return [side, side];
}

function detectorCount(height: number, width: number, given: Scan): number {
  return given.detectors ?? detectorsFor(height, width, sourceOf(height, width, given));
}

/** In pixels. */
function sourceOf(height: number, width: number, { geometry, source }: Scan): number | undefined {
  return geometry === 'fan' && source !== undefined ? source * Math.max(height, width) : undefined;
}
