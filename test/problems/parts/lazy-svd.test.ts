import { expect, it, vi } from 'vitest';
import { lazySvd } from '../../../problems/parts/lazy-svd.js';
import { filled } from '../../../src/core/array.js';

it('is made at the first use, once', async () => {
  const own = {
    values: Float32Array.of(2),
    toSpectrum: () => filled([1], 1),
    fromSpectrum: () => filled([1], 2),
    measurementToSpectrum: () => filled([1], 3),
  };
  const make = vi.fn(() => own);
  const svd = lazySvd(make);
  expect(make).not.toHaveBeenCalled();
  expect(svd.values).toBe(own.values);
  const x = filled([1], 0);
  const given = [svd.toSpectrum(x), svd.fromSpectrum(x), svd.measurementToSpectrum(x)];
  expect((await Promise.all(given)).map(({ data }) => data[0])).toEqual([1, 2, 3]);
  expect(make).toHaveBeenCalledTimes(1);
});
