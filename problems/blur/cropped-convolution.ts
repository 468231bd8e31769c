/**
 * Blur of a scene that is black beyond the image (border zero), or of which only the pixels that no border touches are
 * measured (border valid): a window of the periodic blur of a larger plane.
 */
import { type FloatArray, zeros } from '../../src/core/array.js';
import { fastSize } from '../../src/core/fft.js';
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, requireShape } from '../parts/planes.js';
import type { Kernel } from '../parts/transfer.js';

type Extent = Pick<Kernel, 'height' | 'width'>;
/** Makes the periodic blur of images of a shape. */
type Periodic = (shape: ImageShape) => LinearOperator;

/** The measurement has the image's shape, and the light that leaves the image is lost. */
export function zeroPadded(shape: ImageShape, kernel: Extent, periodic: Periodic): LinearOperator {
  const [channels, height, width] = shape;
  // Half a kernel of zeros after the image keeps its ends from meeting around the period.
  const rows = fastSize(height + (kernel.height - 1) / 2);
  const columns = fastSize(width + (kernel.width - 1) / 2);
  return windowOf(periodic([channels, rows, columns]), shape, shape, [0, 0]);
}

/** The pixels whose kernel lies within the image: [C, H − height + 1, W − width + 1]. */
export function validPart(shape: ImageShape, kernel: Extent, periodic: Periodic): LinearOperator {
  const [channels, height, width] = shape;
  const seen: ImageShape = [channels, height - kernel.height + 1, width - kernel.width + 1];
  const corner = [(kernel.height - 1) / 2, (kernel.width - 1) / 2] as const;
  return windowOf(periodic([channels, fastSize(height), fastSize(width)]), shape, seen, corner);
}

/** The image at the origin of the blurred plane; then the window at [top, left]. */
function windowOf(
  blur: LinearOperator,
  shape: ImageShape,
  window: ImageShape,
  corner: readonly [top: number, left: number],
): LinearOperator {
  const plane = blur.inputShape as ImageShape;
  return withLinearization({
    inputShape: shape,
    outputShape: window,
    async apply(x) {
      requireShape(x, shape);
      return copyWindow(await blur.apply(copyWindow(x, plane, [0, 0], [0, 0])), window, corner, [0, 0]);
    },
    async adjoint(y) {
      requireShape(y, window);
      return copyWindow(await blur.adjoint(copyWindow(y, plane, [0, 0], corner)), shape, [0, 0], [0, 0]);
    },
    // Of the whole blur, of which this is a part: an upper bound.
    norm: blur.norm,
  });
}

/** What two planes share, where `from` of the one lies on `to` of the other; zeros about it. */
function copyWindow(
  x: FloatArray,
  shape: ImageShape,
  from: readonly [number, number],
  to: readonly [number, number],
): FloatArray {
  const [channels, height, width] = shape;
  const [, rows, columns] = x.shape;
  const out = zeros(shape);
  const count = Math.min(rows - from[0], height - to[0]);
  const length = Math.min(columns - from[1], width - to[1]);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < count; y++) {
      const start = (channel * rows + y + from[0]) * columns + from[1];
      const target = (channel * height + y + to[0]) * width + to[1];
      out.data.set(x.data.subarray(start, start + length), target);
    }
  }
  return out;
}
