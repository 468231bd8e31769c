import { expect, it } from 'vitest';
import { compose } from '../../../problems/algebra/compose.js';
import { normalSolve } from '../../../problems/normal-solve.js';
import type { LinearOperator } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { jpegRounding } from '../../../problems/restoration/jpeg-coefficients.js';
import { floatArray } from '../../../src/core/array.js';
import { chromaSamplings } from '../../../src/core/jpeg-coding.js';
import { keyedRandom } from '../../../src/core/random.js';
import { difference, norm } from '../../../src/core/vector.js';

// Luma, and two differences that do not share their steps.
const tables = Array.from({ length: 192 }, (_, i) => 3 + ((7 * i) % (20 + (i >> 6))));
const normals = (purpose: string, shape: readonly number[]) =>
  keyedRandom(0, 'units', 0)(purpose).normals(shape);

it.each(
  chromaSamplings.flatMap((chroma) => [
    [chroma, [3, 80, 32]] as const,
    // Torn units to the right and at the bottom.
    [chroma, [3, 36, 53]] as const,
    [chroma, [1, 24, 21]] as const,
  ]),
)('weighted coefficients are solved for, colour %s, %j', async (chroma, shape) => {
  const { linear, variances } = jpegRounding([...shape], { tables, chroma, orientation: 1 });
  const weights = variances(1e-4).map((variance) => 0.05 / Math.sqrt(variance));
  const b = normals('b', shape);
  for (const rho of [3e-3, 0.5]) {
    const parts = linear.strips!.map(({ operator, top, start }) => {
      const own = weights.subarray(start, start + operator.outputShape[0]);
      const normal = operator.weightedSolve?.(own);
      const whole = compose([operator, diagonal(operator.outputShape, own)]) as LinearOperator;
      return { operator: { ...whole, normalSolve: normal }, top, start };
    });
    const x = await normalSolve({ ...linear, strips: parts }, b, rho, { tolerance: 1e-6 });
    const weigh = (u: Float32Array) => u.map((value, i) => value * weights[i] ** 2);
    const seen = await linear.adjoint(floatArray(weigh((await linear.apply(x)).data), linear.outputShape));
    const sum = floatArray(
      seen.data.map((value, i) => value + rho * x.data[i]),
      b.shape,
    );
    // Single precision of x, which what is not seen makes a hundred times b.
    expect(norm(difference(sum, b).data) / norm(b.data)).toBeLessThan(1e-4);
  }
});

it('strips of whole units have a closed form', () => {
  const strips = (height: number, width: number) =>
    jpegRounding([3, height, width], { tables, chroma: 'half', orientation: 1 }).linear.strips!.map(
      ({ top, operator }) => [top, operator.weightedSolve !== undefined],
    );
  expect(strips(96, 64)).toEqual([
    [0, true],
    [64, true],
  ]);
  expect(strips(100, 70)).toEqual([
    [0, true],
    [64, true],
    [96, false],
  ]);
});
