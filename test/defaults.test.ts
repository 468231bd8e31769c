import { expect, it } from 'vitest';
import { solvers } from '../solvers/index.js';
import { defaultSamples, defaults, wantsVariance } from '../src/defaults.js';

it('four samples, but none where the solver knows mean and variance without', () => {
  expect(defaultSamples(solvers.diffpir)).toBe(defaults.samples);
  expect(defaultSamples(solvers.tds)).toBe(defaults.samples);
  expect(defaultSamples(solvers.tweedie)).toBe(0);
});

it('variances are for who asks for several samples, or says nothing', () => {
  expect([undefined, 0, 1, 2].map(wantsVariance)).toEqual([true, false, false, true]);
});
