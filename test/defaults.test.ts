import { expect, it } from 'vitest';
import { bind, problem } from '../problems/bind.js';
import { solvers } from '../solvers/index.js';
import { defaultEstimate, defaultSamples, defaults, wantsVariance } from '../src/defaults.js';

it('four samples, but none where the solver knows mean and variance without', () => {
  expect(defaultSamples(solvers.diffpir)).toBe(defaults.samples);
  expect(defaultSamples(solvers.tds)).toBe(defaults.samples);
  expect(defaultSamples(solvers.tweedie)).toBe(0);
});

it('the mean is written, but where that of images far apart would be none of them', () => {
  const imageShape = [1, 8, 8];
  const of = (text: string) => defaultEstimate(bind(problem(text, 'gaussian:sigma=0.1'), { imageShape }));
  expect(of('denoise')).toBe('mean');
  expect(of('phase-retrieval')).toBe('sample');
  expect(of('gaussian-blur:sigma=1,border=circular+phase-retrieval')).toBe('sample');
});

it('variances are for who asks for several samples, or says nothing', () => {
  expect([undefined, 0, 1, 2].map(wantsVariance)).toEqual([true, false, false, true]);
});
