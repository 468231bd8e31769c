/** The chance of a misfit, beside how often it happens. */
import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { measure } from '../../problems/measure.js';
import { misfitTo } from '../../problems/misfit.js';
import { misfitProbability } from '../../problems/predictive-check.js';
import { filled, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const imageShape = [1, 8, 8];
const random = keyedRandom(3, 'test', 0);
const image = mapArray(filled(imageShape, 0), (_, i) => 0.2 + (0.6 * i) / 64);

describe.each([
  ['gaussian:sigma=0.1', 'denoise'],
  ['gaussian:sigma=0.1', 'inpaint:fraction=0.5'],
  ['poisson:gain=1/50', 'denoise'],
])('%s, %s', (noise, spec) => {
  const bound = bind(problem(spec, noise), { imageShape });

  it('is uniform where the image is the true one', async () => {
    const chances: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const y = await measure(bound, image, seed);
      const misfit = await misfitTo(bound, image, y);
      chances.push((await misfitProbability(bound, image, misfit, keyedRandom(seed, 'check', 1)))!);
    }
    chances.sort((a, b) => a - b);
    // Kolmogorov and Smirnov: 1.63/√200 at 1 %, and half a step of 26 besides.
    const distance = Math.max(...chances.map((chance, k) => Math.abs(chance - (k + 0.5) / 200)));
    expect(distance).toBeLessThan(0.115 + 0.02);
  });

  it('is small where it is not, and large where the noise is followed', async () => {
    expect(await misfitProbability(bound, image, 3, random)).toBeLessThan(0.05);
    expect(await misfitProbability(bound, image, 0.1, random)).toBeGreaterThan(0.95);
  });
});

it('says nothing where the operator rounds', async () => {
  const colour = [3, 16, 16];
  const bound = bind(problem('jpeg:quality=50', 'gaussian:sigma=0.01'), { imageShape: colour });
  expect(await misfitProbability(bound, filled(colour, 0.5), 1, random)).toBeUndefined();
});
