/** Draws of pixels that are measured one by one, against their densities integrated on a fine grid. */
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { drawGivenData } from '../../../solvers/parts/data-draw.js';
import { drawPixelwise } from '../../../solvers/parts/pixelwise-draw.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { cumulativeOf, kolmogorov } from '../../problems/noises/noise-checks.js';

const problemFor = (operator: string, noise: string, count: number) =>
  bind({ ...parseProblem(operator), noise: parseTerm(noise) }, { imageShape: [1, 1, count] });

const pixels = (value: number, count: number) =>
  floatArray(new Float32Array(count).fill(value), [1, 1, count]);

describe('a draw of pixels that are measured one by one', () => {
  const random = keyedRandom(5, 'draws', 0);
  const count = 20_000;

  it.each<{ operator: string; noise: string; y: number; z: number; r: number; most?: number }>([
    { operator: 'denoise', noise: 'gaussian:sigma=0.01', y: 0.31, z: 0.6, r: 0.2 },
    { operator: 'denoise', noise: 'gaussian:sigma=0.01', y: 0.1, z: 0.9, r: 0.02 },
    { operator: 'denoise', noise: 'poisson:gain=1/100', y: 0, z: 0.04, r: 0.05 },
    { operator: 'denoise', noise: 'poisson:gain=1/100', y: 0.03, z: 0.3, r: 0.3 },
    { operator: 'denoise', noise: 'poisson:gain=1/100', y: 0.8, z: 0.7, r: 0.05 },
    { operator: 'clip:gain=2', noise: 'gaussian:sigma=2/255', y: 0.7, z: 0.9, r: 0.3 },
    { operator: 'clip:gain=2', noise: 'gaussian:sigma=0.1', y: 0.95, z: 0.6, r: 0.2 },
    {
      operator: 'quantize:bits=2',
      noise: 'gaussian:sigma=0.05',
      y: 0.4,
      z: 0.6,
      r: 0.3,
      most: 0.04 * Math.sqrt(20_000),
    },
    { operator: 'low-light', noise: 'gaussian:sigma=0.01', y: 0.05, z: 0.3, r: 0.3 },
  ])('$operator, $noise: y = $y, z = $z, r = $r', async ({ operator, noise, y, z, r, most = 1.95 }) => {
    const many = problemFor(operator, noise, count);
    const drawn = await drawPixelwise(many, pixels(y, count), pixels(z, count), r, random(operator, noise));
    const one = problemFor(operator, noise, 1);
    const logLikelihood = (x: number) =>
      one.noise.logLikelihood(one.operator.apply(pixels(x, 1)) as FloatArray, pixels(y, 1));
    const [low, high] = [Math.min(z - 6 * r, y), Math.max(z + 6 * r, y)];
    const top = Math.max(
      ...Array.from({ length: 2000 }, (_, i) => logLikelihood(low + ((high - low) * i) / 2000)),
    );
    const density = (x: number) => Math.exp(logLikelihood(x) - top - (x - z) ** 2 / (2 * r ** 2));
    const cumulative = cumulativeOf(density, low, high);
    const distance = kolmogorov(drawn.data, (x) => cumulative(x) / cumulative(high));
    expect(distance).toBeLessThan(most);
  });

  it('is what `auto` and `exact` are, and knows nothing of missing pixels', async () => {
    const problem = problemFor('inpaint:fraction=0.5', 'poisson:gain=1/100', count);
    const options = { chainSteps: 1, stepSize: 0.2, momentum: 0.5 };
    const [y, z] = [pixels(0, count), pixels(0.4, count)];
    const drawn = async (sampler: 'auto' | 'exact' | 'langevin') =>
      (await drawGivenData(problem, y, z, 0.1, { ...options, sampler }, random('holes'))).data;
    const auto = await drawn('auto');
    expect(await drawn('exact')).toEqual(auto);
    expect(await drawn('langevin')).not.toEqual(auto);
    const { observed } = problem.operator;
    const holes = auto.filter((_, i) => observed![i] === 0);
    const mean = holes.reduce((sum, value) => sum + value, 0) / holes.length;
    const variance = holes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / holes.length;
    // Four standard errors of 10,000 draws.
    expect(Math.abs(mean - 0.4)).toBeLessThan(0.004);
    expect(Math.abs(variance / 0.01 - 1)).toBeLessThan(0.06);
  });
});
