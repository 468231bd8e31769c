/** Operators and likelihoods against NumPy and SciPy (test/fixtures/operators/make.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../problems/index.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { poissonNoise } from '../../problems/noises/poisson.js';
import { floatArray } from '../../src/core/array.js';

interface Listed {
  readonly shape: number[];
  readonly data: number[];
}
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/operators/${name}`, import.meta.url), 'utf8'));
const array = ({ shape, data }: Listed) => floatArray(Float32Array.from(data), shape);

describe('operators', () => {
  const cases: { problem: string; x: Listed; y: Listed; kernel?: Listed }[] = read('operators.json');
  expect(cases.length).toBe(31);
  it.each(cases)('$problem on $x.shape', async ({ problem, x, y, kernel }) => {
    const spec = { ...parseProblem(problem), noise: parseTerm('gaussian:sigma=1') };
    const files = kernel && { '0.kernel': array(kernel) };
    const { operator } = bind(spec, { imageShape: x.shape }, { files });
    const found = await operator.apply(array(x));
    expect(found.shape).toEqual(y.shape);
    for (const [i, value] of y.data.entries()) expect(Math.abs(found.data[i] - value)).toBeLessThan(2e-7);
  });
});

describe('likelihoods', () => {
  const {
    poisson,
    gaussian,
  }: {
    poisson: { count: number; rate: number; logpmf: number }[];
    gaussian: { y: number; clean: number; sigma: number; logpdf: number }[];
  } = read('noise.json');
  const scalar = (value: number) => floatArray(Float32Array.of(value), [1]);
  const relativeError = (found: number, expected: number) =>
    Math.abs(found - expected) / (1 + Math.abs(expected));

  it.each(poisson)('Poisson: $count counted, $rate expected', ({ count, rate, logpmf }) => {
    for (const gain of [1, 2 ** -7]) {
      const found = poissonNoise(gain).logLikelihood(scalar(gain * rate), scalar(gain * count));
      // The rate is rounded to float32, which moves log p by |k − λ|·2⁻²⁴.
      expect(relativeError(found, logpmf)).toBeLessThan(3e-7);
    }
  });

  it.each(gaussian)('Gaussian: $y from $clean ± $sigma', ({ y, clean, sigma, logpdf }) => {
    expect(relativeError(gaussianNoise(sigma).logLikelihood(scalar(clean), scalar(y)), logpdf)).toBeLessThan(
      1e-6,
    );
  });
});
