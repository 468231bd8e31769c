import { describe, expect, it } from 'vitest';
import { gradient, gradientAdjoint } from '../../../solvers/parts/image-differences.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';

describe('gradient', () => {
  it('takes forward differences that vanish at the border', () => {
    const x = floatArray(Float32Array.of(1, 2, 4, 8, 16, 32), [1, 2, 3]);
    expect([...gradient(x).data]).toEqual([7, 14, 28, 0, 0, 0, 1, 2, 0, 8, 16, 0]);
  });

  it.each([[[1, 1, 1]], [[3, 4, 5]], [[2, 1, 6]], [[2, 6, 1]]])('has its adjoint, shape %j', (shape) => {
    const random = keyedRandom(1, 'gradient', 0)('test');
    const x = random.normals(shape);
    const p = random.normals([2, ...shape]);
    expect(dot(gradient(x).data, p.data)).toBeCloseTo(dot(x.data, gradientAdjoint(p).data), 4);
  });
});
