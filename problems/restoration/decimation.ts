/** Downsampling as a camera does it: blur by the lens, then one pixel of many. */
import { RealFft2d } from '../../src/core/fft2d.js';
import type { Vector } from '../../src/core/vector.js';
import type { LinearOperator } from '../operator.js';
import { separable } from '../parts/gaussian-kernel.js';
import type { ImageShape } from '../parts/planes.js';
import { fromRowSpace } from '../parts/row-space.js';
import { multiply, transferFunction, writeHartley } from '../parts/transfer.js';

/**
 * Circular blur by an even separable kernel, then pixels 0, f, 2f … of each line. AAᵀ is circulant on the coarse grid:
 * its eigenvalues are the means of |transfer|² over the aliases of each coarse frequency (Zhao et al. 2016, "Fast
 * single image super-resolution using a new analytical solution for ℓ2–ℓ2 problems").
 * @param half the kernel's weights from its middle outwards.
 * @param factor divides height and width.
 */
export function blurAndDecimate(shape: ImageShape, half: Float64Array, factor: number): LinearOperator {
  const [channels, height, width] = shape;
  const coarse: ImageShape = [channels, height / factor, width / factor];
  const coarsePlane = coarse[1] * coarse[2];
  const fine = new RealFft2d(height, width);
  const transfer = transferFunction(fine, separable(half));
  const size = height * width;
  /** Its own adjoint, for the kernel is even. */
  const blur = (plane: Vector) => {
    const out = new Float64Array(size);
    fine.filter(plane, 0, (spectrum) => multiply(spectrum, transfer), out, 0);
    return out;
  };
  const kept = Int32Array.from(
    { length: coarsePlane },
    (_, i) => factor * (Math.floor(i / coarse[2]) * width + (i % coarse[2])),
  );
  const apply = (x: Vector) => {
    const blurred = blur(x);
    return Float64Array.from(kept, (place) => blurred[place]);
  };
  const adjoint = (y: Vector) => {
    const plane = new Float64Array(size);
    for (let i = 0; i < coarsePlane; i++) plane[kept[i]] = y[i];
    return blur(plane);
  };

  const fft = new RealFft2d(coarse[1], coarse[2]);
  const hartley = (y: Float64Array) => {
    const spectrum = fft.spectrum();
    fft.forward(y, 0, spectrum);
    const out = new Float64Array(y.length);
    writeHartley(fft, spectrum, out, 0);
    return out;
  };
  return fromRowSpace(
    shape,
    coarse,
    { apply, adjoint },
    { forward: hartley, inverse: hartley, embedding: { places: kept } },
  );
}
