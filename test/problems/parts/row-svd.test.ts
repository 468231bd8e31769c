import { expect, it } from 'vitest';
import type { Precise, RowBasis } from '../../../problems/parts/row-basis.js';
import { rowSvd } from '../../../problems/parts/row-svd.js';
import { floatArray } from '../../../src/core/array.js';

/** A = [1 2 0 0; 0 0 0 3]: its rows are orthogonal, of squares 5 and 9. */
const precise: Precise = {
  apply: (x) => Float64Array.of(x[0] + 2 * x[1], 3 * x[3]),
  adjoint: (y) => Float64Array.of(y[0], 2 * y[0], 0, 3 * y[1]),
};
const basis: RowBasis = {
  forward: (y) => y,
  inverse: (y) => y,
  embedding: { places: Int32Array.of(0, 3) },
};
const svd = rowSvd([1, 2, 2], [1, 1, 2], precise, basis, Float64Array.of(5, 9));

const unit = (i: number, shape: number[]) => {
  const x = floatArray(new Float32Array(4), shape);
  x.data[i] = 1;
  return x;
};

it('has the roots of the eigenvalues at the places of its pixels', () => {
  expect([...svd.values]).toEqual([Math.sqrt(5), 0, 0, 3].map((value) => expect.closeTo(value, 6)));
});

it('V is orthogonal: what it takes there it brings back', async () => {
  const rows = await Promise.all([0, 1, 2, 3].map((i) => svd.toSpectrum(unit(i, [1, 2, 2]))));
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      const product = rows[i].data.reduce((sum, value, k) => sum + value * rows[j].data[k], 0);
      expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
    }
    const back = await svd.fromSpectrum(rows[i]);
    expect([...back.data]).toEqual([...unit(i, [4]).data].map((value) => expect.closeTo(value, 6)));
  }
});

it('A = U s Vᵀ: Uᵀ(Ax) = s·Vᵀx for every pixel', async () => {
  for (let i = 0; i < 4; i++) {
    const x = unit(i, [1, 2, 2]);
    const y = floatArray(Float32Array.from(precise.apply(x.data)), [2]);
    const [measured, u] = [await svd.measurementToSpectrum(y), await svd.toSpectrum(x)];
    for (let k = 0; k < 4; k++) expect(measured.data[k]).toBeCloseTo(svd.values[k] * u.data[k], 5);
  }
});
