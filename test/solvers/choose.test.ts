import { expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { recommended } from '../../solvers/choose.js';

it.each([
  ['gaussian-blur:sigma=1', 'gaussian:sigma=0.01', 'diffpir'],
  ['denoise', 'gaussian:sigma=0.1', 'tweedie'],
  ['denoise', 'poisson:gain=1/100', 'dps'],
  ['low-light', 'gaussian:sigma=0.01', 'daps'],
  ['low-light:gamma=1', 'gaussian:sigma=0.01', 'diffpir'],
  ['clip', 'gaussian:sigma=0.01', 'daps'],
])('for %s with %s noise: %s', (operator, noise, solver) => {
  const spec = { ...parseProblem(operator), noise: parseTerm(noise) };
  expect(recommended(bind(spec, { imageShape: [3, 16, 16] }))).toBe(solver);
});
