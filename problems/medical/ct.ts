/** Computed tomography: line integrals of the image along parallel rays or a fan of them (Radon's transform). */
import { z } from 'zod';
import { formatShape, type Shape } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { OperatorFamily } from '../family.js';
import type { LinearOperator } from '../operator.js';
import { type ImageShape, imageShape } from '../parts/planes.js';
import { heightAndWidth, sizeOption } from '../parts/size-option.js';
import { detectorsFor, projectionRays } from './projections.js';
import { rayTransform } from './ray-transform.js';

/** Options of every tomograph. */
export const scanOptions = {
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
  ...scanOptions,
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
export const ct: OperatorFamily<typeof options> = {
  name: 'ct',
  summary: 'computed tomography: line integrals along parallel rays or a fan',
  options,
  imageShape: (shape, scan) => scannedShape(shape, scan, 'ct'),
  create: (shape, scan) => tomograph(imageShape(shape, 'ct'), scan),
};

/** [C, H, W] → [C, angles, detectors] */
export function tomograph(image: ImageShape, scan: Scan): LinearOperator {
  const [, height, width] = image;
  const fan = scan.geometry === 'fan';
  const detectors = detectorCount(height, width, scan);
  const rays = projectionRays(height, width, {
    angles: scan.angles,
    arc: scan.arc ?? (fan ? 360 : 180),
    detectors,
    source: sourceOf(height, width, scan),
  });
  return rayTransform(image, rays, [scan.angles, detectors]);
}

/** The image of a sinogram [channels, angles, detectors]. @throws UsageError where none has it. */
export function scannedShape(shape: Shape, scan: Scan, operator: string): ImageShape {
  const [channels, angles, detectors] = shape;
  if (shape.length !== 3 || angles !== scan.angles) {
    throw new UsageError(
      `${operator}:angles=${scan.angles} measures arrays of shape channels×${scan.angles}×detectors, ` +
        `but the measurement is ${formatShape(shape)}`,
    );
  }
  const [height, width] = scan.size ? heightAndWidth(scan.size) : squareSeenBy(detectors, scan);
  const expected = detectorCount(height, width, scan);
  if (expected !== detectors) {
    throw new UsageError(
      `${operator} of an image of ${height}×${width} has ${expected} detectors, but the measurement has ${detectors}; ` +
        'size=HxW says which image it is of, detectors=N how many there are',
    );
  }
  return [channels, height, width];
}

/** The largest square that needs at most so many detectors. */
function squareSeenBy(detectors: number, scan: Scan): [number, number] {
  let side = 1;
  const needed = (size: number) => detectorsFor(size, size, sourceOf(size, size, scan));
  while (needed(side + 1) <= detectors) side++;
  return [side, side];
}

function detectorCount(height: number, width: number, scan: Scan): number {
  return scan.detectors ?? detectorsFor(height, width, sourceOf(height, width, scan));
}

/** In pixels. */
function sourceOf(height: number, width: number, { geometry, source }: Scan): number | undefined {
  return geometry === 'fan' && source !== undefined ? source * Math.max(height, width) : undefined;
}
