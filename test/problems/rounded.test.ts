import { expect, it } from 'vitest';
import { misfitTo } from '../../problems/misfit.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { isLinear } from '../../problems/operator.js';
import { problemOf } from '../../problems/problem.js';
import { identity } from '../../problems/restoration/denoise.js';
import { roundingAsNoise } from '../../problems/rounded.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { expectSound, operatorOf } from './sound.js';

const shape = [3, 48, 48];
const random = (purpose: string) => keyedRandom(2, 'rounded', 0)(purpose);
/** Rough enough that no coefficient is always rounded to nothing. */
const rough = floatArray(
  random('scene')
    .normals(shape)
    .data.map((value) => 0.5 + 0.06 * value),
  shape,
);

it.each(['full', 'half', 'half-width'])(
  'the true image of a JPEG has a misfit of 1, colour %s, with and without noise',
  async (chroma) => {
    const operator = operatorOf(`jpeg:quality=92,chroma=${chroma}`, shape);
    const clean = await operator.apply(rough);
    for (const sigma of [0.5 / 255, 8 / 255]) {
      const problem = problemOf(operator, gaussianNoise(sigma), 'jpeg');
      const y = problem.noise.sample(clean, random('noise'));
      // Roundings of large steps are not quite uniform, and 8 bits round besides.
      expect(Math.abs((await misfitTo(problem, rough, y)) - 1)).toBeLessThan(0.25);
    }
  },
);

it('gives a linear operator', async () => {
  const problem = problemOf(operatorOf('jpeg:quality=40', [3, 16, 16]), gaussianNoise(0.01), 'jpeg');
  const y = floatArray(new Float32Array(768), [3, 16, 16]);
  const { operator } = (await roundingAsNoise(problem, y)).problem;
  expect(isLinear(operator)).toBe(true);
  expect(operator.outputShape).toEqual([256 + 2 * 64]);
  await expectSound(operator);
});

it('leaves alone what does not round, and noise that is not Gaussian', async () => {
  const problem = problemOf(identity(shape), gaussianNoise(0.01));
  expect((await roundingAsNoise(problem, rough)).problem).toBe(problem);
});
