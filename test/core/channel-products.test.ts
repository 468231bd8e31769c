import { expect, it } from 'vitest';
import {
  colourShare,
  squareOf,
  strongestSigma,
  varianceIn,
  withOwn,
} from '../../src/core/channel-products.js';

// 00, 01, 11, 02, 12, 22 of a covariance with 1, 2 and 6 on its diagonal.
const packed = [1, 0.5, 2, 0.25, -1, 6];

it('stand for a symmetric matrix', () => {
  expect([...squareOf(packed, 3)]).toEqual([1, 0.5, 0.25, 0.5, 2, -1, 0.25, -1, 6]);
  expect(varianceIn(packed)).toBe(3);
  expect(varianceIn([4])).toBe(4);
});

it('have a strongest combination of channels, and what is beside it is colour', () => {
  // Channels that say the same: all of the variance is along (1, 1, 1).
  const same = [1, 1, 1, 1, 1, 1];
  expect(strongestSigma(same)).toBeCloseTo(Math.sqrt(3), 10);
  expect(colourShare(same)).toBeCloseTo(0, 10);
  // Independent and alike: a third each.
  expect(colourShare([1, 0, 1, 0, 0, 1])).toBeCloseTo(2 / 3, 10);
  expect([colourShare([4]), colourShare([0])]).toEqual([0, 0]);
});

it('have more variance where each channel has noise of its own', () => {
  expect(withOwn(packed, 4)).toEqual([5, 0.5, 6, 0.25, -1, 10]);
  expect(withOwn([1], 4)).toEqual([5]);
});
