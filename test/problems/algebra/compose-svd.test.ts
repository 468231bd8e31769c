import { expect, it } from 'vitest';
import { composeSvd } from '../../../problems/algebra/compose-svd.js';
import type { LinearOperator } from '../../../problems/operator.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { luminance } from '../../../problems/restoration/colorize.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';

// L is luminance, whose LLᵀ = c·I, and B weighs each grey pixel by itself.
const first = luminance(1, 4);
const second = diagonal([1, 1, 4], Float32Array.of(2, 1, 0, 0.5));
const c = first.rowScale as number;
const svd = composeSvd(first, first.svd!, second.svd!, c);

it('has the singular values of B times √c, and zeros for what L does not see', () => {
  const sorted = [...svd.values].sort((a, b) => b - a);
  const expected = [2, 1, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0].map((value) => value * Math.sqrt(c));
  expect(sorted).toEqual(expected.map((value) => expect.closeTo(value, 6)));
});

it('measures as B·L does: Uᵀ(BLx) = s·Vᵀx', async () => {
  const x = keyedRandom(1, 'compose', 0)('x').normals([3, 1, 4]);
  const y = await second.apply(await (first as LinearOperator).apply(x));
  const [measured, u] = [await svd.measurementToSpectrum(y), await svd.toSpectrum(x)];
  for (let i = 0; i < 12; i++) expect(measured.data[i]).toBeCloseTo(svd.values[i] * u.data[i], 5);
});

it('turns without stretching, and back', async () => {
  const x = keyedRandom(2, 'compose', 0)('x').normals([3, 1, 4]);
  const u = await svd.toSpectrum(x);
  expect(dot(u.data, u.data)).toBeCloseTo(dot(x.data, x.data), 4);
  const back = await svd.fromSpectrum(u);
  for (let i = 0; i < 12; i++) expect(back.data[i]).toBeCloseTo(x.data[i], 5);
});
