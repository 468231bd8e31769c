import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';

it('gives float64 values back as they were', () => {
  fc.assert(
    fc.property(fc.float64Array(), (values) => {
      expect(valuesOf(bitsOf(values))).toEqual(values);
      expect(valuesOf(bitsOf([...values]))).toEqual(values);
    }),
  );
  const bits = bitsOf([Math.PI, -0]);
  expect([bits.shape, bits.data.length]).toEqual([[4], 4]);
});

it('shares the memory of a Float64Array, and takes a part of one', () => {
  const values = Float64Array.of(0, 1 / 3, 1e300);
  const bits = bitsOf(values.subarray(1));
  values[1] = 1 / 7;
  const copy = valuesOf(bits);
  values[2] = 0;
  expect(copy).toEqual(Float64Array.of(1 / 7, 1e300));
});
