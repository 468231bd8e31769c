/** The classical inverse of Radon's transform, discretised: an estimate, and not the pseudo-inverse of the operator. */
import { requireOperator } from '../../src/core/arguments.js';
import { type FloatArray, zeros } from '../../src/core/array.js';
import type { Awaitable } from '../../src/core/linearization.js';
import type { LinearOperator } from '../operator.js';
import { requireShape } from '../parts/planes.js';

/**
 * Filters each projection with the ramp of Ramachandran and Lakshminarayanan (Kak & Slaney, Principles of Computerized
 * Tomographic Imaging, eq. 3.29) and spreads it over the image with the operator's own adjoint.
 * @param ct the operator of `ct` with parallel rays over 180°.
 * @param sinogram [C, angles, detectors], as `ct` measures it.
 * @returns [C, H, W]
 * @example
 * ```ts
 * import { filteredBackprojection, isLinear, operators, zeros } from 'retrodict';
 *
 * const scan = operators.ct.create([1, 32, 32], { angles: 24 }, {});
 * if (isLinear(scan)) console.log((await filteredBackprojection(scan, zeros(scan.outputShape))).shape);
 * ```
 */
export function filteredBackprojection(ct: LinearOperator, sinogram: FloatArray): Awaitable<FloatArray> {
  requireOperator(ct);
  requireShape(sinogram, ct.outputShape);
  const [, angles, detectors] = ct.outputShape;
  const side = Math.max(...ct.inputShape.slice(1));
  const gain = (Math.PI * side ** 2) / angles;
  const filtered = zeros(ct.outputShape);
  for (let start = 0; start < sinogram.data.length; start += detectors) {
    for (let i = 0; i < detectors; i++) {
      let sum = sinogram.data[start + i] / 4;
      for (let j = (i + 1) % 2; j < detectors; j += 2) {
        sum -= sinogram.data[start + j] / (Math.PI * (i - j)) ** 2;
      }
      filtered.data[start + i] = gain * sum;
    }
  }
  return ct.adjoint(filtered);
}
