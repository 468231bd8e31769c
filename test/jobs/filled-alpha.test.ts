import { expect, it } from 'vitest';
import type { Problem } from '../../problems/problem.js';
import { filled, floatArray } from '../../src/core/array.js';
import type { Input } from '../../src/io/inputs.js';
import { withoutFilledAlpha } from '../../src/jobs/filled-alpha.js';

const alpha = floatArray(Float32Array.of(1, 0.2, 0, 0.7), [1, 2, 2]);
const input = { array: filled([3, 2, 2], 0.5), picture: { alpha, bits: 8 } } as unknown as Input;
const observing = (...observed: number[]) =>
  ({ operator: { observed: Float32Array.from(observed) } }) as unknown as Problem;

it('what is transparent comes back opaque where all of it is filled in', () => {
  const mask = [1, 0, 0, 1];
  for (const observed of [mask, [...mask, ...mask, ...mask]]) {
    const { picture } = withoutFilledAlpha(input, observing(...observed));
    expect([picture?.alpha, picture?.bits]).toEqual([undefined, 8]);
  }
});

it('alpha stays where some of what is transparent is measured, or nothing is filled in', () => {
  expect(withoutFilledAlpha(input, observing(1, 0, 1, 1))).toBe(input);
  expect(withoutFilledAlpha(input, observing(1, 0, 0, 1, 1, 0, 1, 1))).toBe(input);
  expect(withoutFilledAlpha(input, { operator: {} } as Problem)).toBe(input);
  const opaque = { ...input, picture: { alpha: filled([1, 2, 2], 1) } } as unknown as Input;
  expect(withoutFilledAlpha(opaque, observing(0, 0, 0, 0))).toBe(opaque);
});
